//! Answers that are sent piece by piece, because their length or their end is not known yet.

use super::Response;
use crate::error::Result;

impl Response {
    /// Sends a piece of the body and waits until the peer's side has taken it.
    ///
    /// The first call sends the head; status and fields must stand by then. HTTP/1.1 peers get
    /// chunks, HTTP/1.0 peers a body that ends with the connection. The end is written when the
    /// handler returns; if it returns an error, the connection is cut instead, so that the peer does
    /// not take the part for the whole. An empty piece sends nothing but the head.
    ///
    /// ```
    /// # use httpz_core::{Response, Result};
    /// async fn count(res: &mut Response) -> Result {
    ///     res.status(200).header("X-Kind", "slow");
    ///     for n in 0..3 {
    ///         res.chunk(format!("{n}\n")).await?;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// 500 when the head cannot be sent as it is or was changed after it had been sent; an I/O error
    /// when the peer is gone or takes nothing for `Timeouts::write`.
    ///
    /// # Cancel safety
    ///
    /// Once the future was polled, the piece is in the outgoing buffer and will be sent whole.
    pub async fn chunk(&mut self, data: impl AsRef<[u8]>) -> Result {
        self.start_stream()?;
        self.push_stream(data.as_ref())?;
        self.flush().await
    }
}
