//! Answers that are sent piece by piece, because their length or their end is not known yet.

use super::Response;
use super::response::{Deferred, Source, Stage};
use crate::error::{Error, Result};

/// Pieces gather until they are this many bytes. Each write may wake the peer, which costs more than
/// copying as long as the copies stay in the processor's cache. With pieces of up to 16 KiB, the outgoing
/// buffer hardly ever holds more than 128 KiB.
const GATHERED: usize = 112 * 1024;

impl Response {
    /// Sends a piece of the body.
    ///
    /// It leaves when the handler next waits for anything or returns, or at once when 112 KiB have
    /// gathered; in that case this waits until the peer's side has taken them.
    ///
    /// The first call sends the head, so status and fields must be set by then. With a length that was declared
    /// ([`Response::content_length`]) the pieces are sent as they are. Otherwise HTTP/1.1 peers get
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
    /// 500 when the head cannot be sent as it is or was changed after it had been sent, when the piece would be more
    /// than was declared, and when a body was set before. Also 500, with the [`std::io::Error`] as its source, when the
    /// peer is gone or takes too little for `Timeouts::write`.
    ///
    /// In answer to HEAD no piece is sent. The first one that is not empty sends the head and gives an error with the
    /// status of the answer, so that a handler that streams without end has one. Return it: the answer is whole, nothing
    /// is logged, and the connection goes on.
    ///
    /// # Cancel safety
    ///
    /// Once the future has been polled, the piece is in the outgoing buffer and will be sent whole.
    pub async fn chunk(&mut self, data: impl AsRef<[u8]>) -> Result {
        let begun = self.start_stream().and_then(|()| self.push_stream(data.as_ref()));
        begun.map_err(|fault| self.told(fault))?;
        if self.stage == Stage::Enough {
            return Err(Error::status(self.status_code(), "the answer to HEAD has no pieces"));
        }
        if self.link.is_coded() && self.link.owes_a_turn() {
            return Box::pin(self.give_way()).await;
        }
        match self.gathered() < GATHERED {
            true => Ok(()),
            false => self.flush().await,
        }
    }

    /// Like [`Response::chunk`], but the piece leaves now.
    pub(super) async fn chunk_now(&mut self, data: impl AsRef<[u8]>) -> Result {
        self.chunk(data).await?;
        self.flush().await
    }

    /// Lets `send` send the body when the handler has returned, so that a handler which streams need not
    /// be async.
    ///
    /// Status and fields are those that are set when the handler returns. For HEAD only these are sent.
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
        self.defer(Box::new(|res| {
            Box::pin(async {
                match res.terms.head_only {
                    true => res.chunk(b"").await,
                    false => send(res).await,
                }
            })
        }))
    }

    /// Lets `send` send the whole answer when the handler has returned.
    pub(super) fn defer(&mut self, send: Deferred) -> &mut Self {
        self.change();
        self.buffer.clear();
        self.source = Source::Deferred(send);
        self
    }

    /// Is the answer still to be sent by what the handler has deferred?
    pub(crate) fn is_deferred(&self) -> bool {
        self.stage == Stage::Fresh && matches!(self.source, Source::Deferred(_))
    }

    /// Sends a deferred answer.
    pub(crate) async fn send_deferred(&mut self) -> Result {
        match std::mem::take(&mut self.source) {
            Source::Deferred(send) => send(self).await,
            _ => Ok(()),
        }
    }
}
