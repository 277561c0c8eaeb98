//! Answers that are sent piece by piece, because their length or their end is not known yet.

use super::Response;
use super::content::Source;
use super::response::{Rest, Stage};
use crate::error::Result;

/// Pieces gather until they are this many bytes: each write may wake the peer, which costs more than
/// copying does while the copies stay in the processor's cache. With pieces of up to 16 KiB, hardly more
/// than 128 KiB of the outgoing buffer are ever filled.
const GATHERED: usize = 112 * 1024;

impl Response {
    /// Sends a piece of the body.
    ///
    /// It leaves when the handler next waits for anything or returns, and at once when 112 KiB have
    /// gathered; then this waits until the peer's side has taken them.
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
    /// 500 when the head cannot be sent as it is or was changed after it had been sent, and when a body
    /// was set before; an I/O error when the peer is gone or takes nothing for `Timeouts::write`.
    ///
    /// # Cancel safety
    ///
    /// Once the future was polled, the piece is in the outgoing buffer and will be sent whole.
    pub async fn chunk(&mut self, data: impl AsRef<[u8]>) -> Result {
        self.start_stream()?;
        self.push_stream(data.as_ref())?;
        match self.gathered() < GATHERED {
            true => Ok(()),
            false => self.flush().await,
        }
    }

    /// The same, but the piece leaves now.
    pub(super) async fn chunk_now(&mut self, data: impl AsRef<[u8]>) -> Result {
        self.chunk(data).await?;
        self.flush().await
    }

    /// Lets the answer be sent by this when the handler has returned; so a handler need not be async
    /// for it.
    ///
    /// Status and fields are those that stand when the handler returns. For HEAD only they are sent.
    ///
    /// ```
    /// # use httpz_core::Response;
    /// fn count(to: u32, res: &mut Response) {
    ///     res.stream(async move |res| {
    ///         for n in 0..to {
    ///             res.chunk(format!("{n}\n")).await?;
    ///         }
    ///         Ok(())
    ///     });
    /// }
    /// # count(3, &mut Response::new());
    /// ```
    pub fn stream<F>(&mut self, send: F) -> &mut Self
    where
        F: AsyncFnOnce(&mut Self) -> Result + 'static,
    {
        self.leave(Box::new(|res| {
            Box::pin(async {
                match res.terms.head_only {
                    true => res.chunk(b"").await,
                    false => send(res).await,
                }
            })
        }))
    }

    /// Leaves it to this to send the answer when the handler has returned.
    pub(super) fn leave(&mut self, rest: Rest) -> &mut Self {
        self.change();
        self.buffer.clear();
        self.source = Source::Rest(rest);
        self
    }

    /// Has the handler left something that sends the answer, and nothing been sent?
    pub(crate) fn is_left(&self) -> bool {
        self.stage == Stage::Fresh && matches!(self.source, Source::Rest(_))
    }

    /// Sends the answer as the handler has left it.
    pub(crate) async fn run_rest(&mut self) -> Result {
        match std::mem::take(&mut self.source) {
            Source::Rest(rest) => rest(self).await,
            _ => Ok(()),
        }
    }
}
