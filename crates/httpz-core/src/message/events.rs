//! A stream of events to one peer, which lasts until the peer leaves or the server does.
//!
//! A stream that has nothing to say for a while sends a ping: a comment that keeps proxies from closing
//! the connection and shows us a peer that has gone. The time comes from the deadlines of the wire
//! ([`Wait::Ping`]), so a stream costs no timer.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll};

use super::event::{Event, Feed};
use super::fault::ResponseFault;
use super::seats::Seat;
use super::{ContentType, Request, Response};
use crate::error::Result;
use crate::wire::Wait;

/// A comment without text.
const PING: &[u8] = b":\n\n";

/// An event stream whose head has been sent; see [`Response::events`].
///
/// It borrows the response, so nothing else can be written while it lives.
#[derive(Debug)]
pub struct Events<'a> {
    res: &'a mut Response,
    /// Has the wire been told that we wait for the time of a ping?
    waiting: bool,
    over: bool,
    _seat: Option<Seat>,
}

impl Response {
    /// Starts a stream of events (`text/event-stream`) and sends its head.
    ///
    /// Status and fields must be set by then; `Cache-Control: no-cache` is added when none is set. The
    /// stream ends when the handler returns.
    ///
    /// While it lasts it does not count among the requests in flight that `pool.max` bounds, but among the event
    /// streams and tunnels that `pool.streams` bounds. If the request had a body in chunks, or one of more than 16 KiB
    /// that came after its head, it stays among the requests.
    ///
    /// ```
    /// # use httpz_core::{Event, Response, Result};
    /// async fn count(res: &mut Response) -> Result {
    ///     let mut events = res.events().await?;
    ///     for n in 0..3 {
    ///         events.send(&Event::new("tick").id(n)).await?;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`Response::chunk`], and 503 with `Retry-After` when there are `pool.streams` already.
    pub async fn events(&mut self) -> Result<Events<'_>> {
        if self.declared.is_some() {
            return Err(ResponseFault::LengthOfEvents.into());
        }
        let seat = self.take_seat()?;
        self.content_type(ContentType::EventStream);
        if self.find_header("cache-control").is_none() {
            self.header("Cache-Control", "no-cache");
        }
        self.chunk_now(b"").await?;
        self.slim();
        Ok(Events { over: self.terms.head_only, res: self, waiting: false, _seat: seat })
    }

    /// Answers with a stream of events that begins when the handler has returned, so that a handler which
    /// streams need not be async. It lasts until the feed ends, the peer leaves or the server shuts down.
    ///
    /// Status and fields are those that are set when the handler returns.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::task::{Context, Poll};
    ///
    /// # use httpz_core::{Event, Feed, Response};
    ///
    /// struct Countdown(u8);
    ///
    /// impl Feed for Countdown {
    ///     fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<Option<Arc<Event>>> {
    ///         let next = self.0.checked_sub(1);
    ///         self.0 = next.unwrap_or_default();
    ///         Poll::Ready(next.map(|n| Arc::new(Event::new(n.to_string()))))
    ///     }
    /// }
    ///
    /// fn start(res: &mut Response) {
    ///     res.forward(Countdown(3));
    /// }
    /// # start(&mut Response::new());
    /// ```
    pub fn forward(&mut self, feed: impl Feed + 'static) -> &mut Self {
        self.defer(Box::new(|res| Box::pin(async { res.events().await?.forward(feed).await })))
    }
}

impl Request {
    /// The id of the last event that a client of an event stream has seen, when it connects again.
    pub fn last_event_id(&self) -> Option<&str> {
        self.header("last-event-id").filter(|id| !id.is_empty())
    }
}

impl Events<'_> {
    /// Sends an event and waits until the peer's side has taken it.
    ///
    /// # Errors
    ///
    /// 500 when the event's id or name holds a line end, or its id a NUL. Also 500, with the [`std::io::Error`] as its
    /// source, when the peer is gone or takes nothing for `Timeouts::write`.
    ///
    /// # Cancel safety
    ///
    /// Once the future has been polled, the event is in the outgoing buffer and will be sent whole.
    pub async fn send(&mut self, event: &Event) -> Result {
        self.waiting = false;
        self.res.chunk_now(event.encoded()?).await?;
        self.res.trim();
        Ok(())
    }

    /// Waits for something, sending pings meanwhile; `None` when the stream is to end because the
    /// peer has left or the server is shutting down.
    ///
    /// Whatever a handler waits for between two events belongs in here: a queue, a timer, a database.
    ///
    /// ```
    /// # use httpz_core::{Event, Response, Result};
    /// # async fn next_line() -> String { String::new() }
    /// async fn tail(res: &mut Response) -> Result {
    ///     let mut events = res.events().await?;
    ///     while let Some(line) = events.wait(next_line()).await {
    ///         events.send(&Event::new(line)).await?;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Cancel safety
    ///
    /// That of `future`, which is dropped when the stream is to end.
    pub async fn wait<T>(&mut self, future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        poll_fn(|cx| {
            if self.over {
                return Poll::Ready(None);
            }
            match future.as_mut().poll(cx) {
                Poll::Ready(value) => Poll::Ready(Some(value)),
                Poll::Pending => self.poll_over(cx).map(|()| None),
            }
        })
        .await
    }

    /// Sends every event of a feed, until it ends, the peer leaves or the server shuts down.
    ///
    /// # Errors
    ///
    /// As for [`Events::send`], but a peer that leaves is no error.
    pub async fn forward(&mut self, mut feed: impl Feed) -> Result {
        while let Some(Some(event)) = self.wait(poll_fn(|cx| feed.poll_next(cx))).await {
            let encoded = event.encoded()?;
            if self.res.chunk_now(encoded).await.is_err() {
                break;
            }
            self.res.trim();
            self.waiting = false;
        }
        Ok(())
    }

    /// Is the stream to end? Handlers that never call [`Events::wait`] ask this now and then.
    pub fn is_over(&self) -> bool {
        self.over || self.res.is_leaving()
    }

    /// Ready when the stream is to end; sends pings meanwhile.
    fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            match self.res.poll_flush(cx) {
                Poll::Ready(true) => {}
                Poll::Ready(false) => return self.end(),
                Poll::Pending => {
                    self.waiting = false;
                    return Poll::Pending;
                }
            }
            let Some(wire) = self.res.wire() else { return self.end() };
            if self.is_over() || wire.poll_gone(cx).is_ready() {
                return self.end();
            }
            if !self.waiting {
                self.waiting = true;
                wire.wait(Wait::Ping);
            }
            if wire.poll_late(cx).is_pending() {
                return Poll::Pending;
            }
            // A shutdown makes this wait late at once.
            if self.is_over() || self.res.push_stream(PING).is_err() {
                return self.end();
            }
            self.waiting = false;
        }
    }

    fn end(&mut self) -> Poll<()> {
        self.over = true;
        Poll::Ready(())
    }
}

impl Drop for Events<'_> {
    fn drop(&mut self) {
        // What the handler does next has no deadline.
        if let Some(wire) = self.res.wire() {
            wire.wait(Wait::Nothing);
        }
    }
}
