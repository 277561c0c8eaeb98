//! For handlers that wait: how they learn that nobody waits for them, and how they go on all the same.

use std::future::poll_fn;
use std::task::Poll;

use super::Response;
use crate::wire::{EndsWait, Wait};

impl Response {
    /// Waits until the answer is of no more use, or should come soon: the peer has left or ended its side, or the server
    /// is shutting down. Never ready in a test of a lone response.
    ///
    /// A handler that waits for something else is dropped when its peer leaves, and cut at the end of
    /// `shutdown.deadline`; so this is for those that have something to say or to tidy up before, long polls for
    /// example. Event streams and tunnels end by themselves. If the peer has sent more behind this request, its leaving
    /// is noticed up to half a second later.
    ///
    /// ```
    /// # use std::task::Poll;
    /// # use httpz_core::{Response, Result};
    /// # async fn news() -> String { String::new() }
    /// async fn poll(res: &mut Response) -> Result {
    ///     let news = {
    ///         let (mut news, mut closed) = (std::pin::pin!(news()), std::pin::pin!(res.closed()));
    ///         std::future::poll_fn(|cx| match news.as_mut().poll(cx) {
    ///             Poll::Ready(news) => Poll::Ready(Some(news)),
    ///             Poll::Pending => closed.as_mut().poll(cx).map(|()| None),
    ///         })
    ///         .await // or `tokio::select!`
    ///     };
    ///     res.text(news.as_deref().unwrap_or("nothing yet, ask again"));
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn closed(&self) {
        let Some(wire) = self.wire() else { return std::future::pending().await };
        let _waits = EndsWait(&*wire, Wait::Ping);
        poll_fn(|cx| {
            loop {
                if self.is_leaving() || wire.poll_gone(cx).is_ready() {
                    return Poll::Ready(());
                }
                match wire.waiting() {
                    // As a stream does: a shutdown makes this wait late at once.
                    Wait::Nothing => wire.wait(Wait::Ping),
                    Wait::Ping if wire.poll_late(cx).is_ready() => wire.wait(Wait::Nothing),
                    // Else the handler also reads its body, whose deadline is not ours to move.
                    _ => return Poll::Pending,
                }
            }
        })
        .await;
    }

    /// Lets the handler run to its end even if the peer leaves meanwhile. The end of the server's shutdown still cuts
    /// it; what must outlive that belongs into a task or a thread of its own.
    ///
    /// It holds from this call on, not for guards or the reading of a body before it; nor does it hold for what is sent
    /// when the handler has returned ([`Response::stream`]). A sync handler always runs to its end.
    ///
    /// The attribute of a route says it as `must_finish`.
    ///
    /// ```
    /// # use httpz_core::{Response, Result};
    /// # async fn charge() -> Result { Ok(()) }
    /// # async fn note() -> Result { Ok(()) }
    /// async fn pay(res: &mut Response) -> Result {
    ///     res.must_finish();
    ///     charge().await?;
    ///     note().await
    /// }
    /// ```
    pub fn must_finish(&mut self) -> &mut Self {
        self.link.insist();
        self
    }
}
