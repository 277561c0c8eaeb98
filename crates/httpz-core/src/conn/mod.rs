//! The life of one connection, as a loop that can be read aloud.
//!
//! ```text
//!         ┌──────────────────────────────────────────┐
//!         ▼                                          │
//!      arrival ──► call ──► conclude ──► (drain) ──► gather
//!  nothing │ fault              │ close
//!     ┌────┴────┐               ▼
//!   (gone)    refuse ───────► farewell
//! ```
//!
//! Answers gather in the outgoing buffer while further whole requests are already buffered; they leave in
//! one write when the next head has to be waited for. A connection that waits for a request holds no
//! exchange: it gives its exchange back as soon as a read finds nothing, and leases one again when bytes
//! come.
//!
//! This room knows no runtime. It runs under any executor, and in tests over a wire in memory, polled with
//! a waker that does nothing.

mod answer;
mod farewell;
mod receive;

use std::fmt;
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;

use crate::exchange::{Lease, Pool, Ticket};
use crate::message::Ambient;
use crate::proto::{ProtocolError, Verdict};
use crate::service::Service;
use crate::wire::{Wait, Wire};
use answer::{Call, wait_for};
use receive::Part;

/// What all connections of a worker share.
pub struct Common<S> {
    /// The application.
    pub service: Arc<S>,
    /// Where exchanges come from.
    pub pool: Rc<Pool>,
    /// The time, and whether the worker is leaving.
    pub ambient: Rc<Ambient>,
    /// Requests that one connection may make; 0 for any number.
    pub max_requests: u64,
}

/// Answers that have gathered to this many bytes leave before the next request is looked at.
const HIGH_WATER: usize = 64 * 1024;

/// So many requests are served before other connections have a turn, if the next one is here already: a buffer holds
/// more than a thousand, and the runtime counts reads, not what is made of them.
const TURN: u64 = 64;

/// One connection.
pub struct Conn<W, S> {
    wire: Rc<W>,
    common: Rc<Common<S>>,
    lease: Lease,
    ticket: Option<Rc<Ticket>>,
    /// What has come of a head, while the rest is waited for.
    part: Option<Box<Part>>,
    /// What the wire has been told we wait for.
    waiting: Wait,
    /// The peer has ended its side; no more bytes will come.
    at_end: bool,
    /// Requests that the service has been called for.
    served: u64,
}

/// What came of waiting for a request.
enum Arrival {
    /// A whole head is there, and its exchange is leased.
    Request,
    /// The same, but its body is still to come. The peer may be waiting for the answers before this one,
    /// so they leave first.
    LateBody,
    /// Something that must be refused.
    Fault(ProtocolError),
    /// The peer has left, or was idle for too long.
    Nothing,
}

/// How much is waiting to be sent.
#[derive(PartialEq, Eq)]
enum Gathered {
    /// So little that it can wait for the answer to the next request.
    Little,
    /// So much that it leaves first.
    TooMuch,
    /// The rest of an answer that lasted, whose exchange is to be given back.
    EndOfStream,
}

impl<W: Wire + 'static, S: Service> Conn<W, S> {
    /// A connection over this wire.
    pub fn new(wire: Rc<W>, common: Rc<Common<S>>) -> Self {
        Self {
            wire,
            lease: Lease::of(common.pool.clone()),
            common,
            ticket: None,
            part: None,
            waiting: Wait::Nothing,
            at_end: false,
            served: 0,
        }
    }

    /// Serves requests until one side is done with the connection.
    ///
    /// The steps that end a connection are boxed: they are rare, and unboxed their state would be
    /// part of every idle connection. The others are plain functions wherever nothing is waited for.
    #[allow(clippy::manual_async_fn, reason = "an `async fn` keeps room for its arguments twice")]
    pub fn serve(mut self) -> impl Future<Output = ()> {
        async move {
            loop {
                match poll_fn(|cx| self.poll_arrival(cx)).await {
                    Arrival::Request => {}
                    Arrival::LateBody if self.flush().await => {}
                    Arrival::Fault(fault) => return Box::pin(self.refuse(fault)).await,
                    Arrival::LateBody | Arrival::Nothing => return,
                }
                let mut outcome = match self.call() {
                    Call::Done(outcome) => outcome,
                    Call::Waits(future, link) => match wait_for(future, link).await {
                        Some(outcome) => outcome,
                        None => return,
                    },
                };
                let verdict = loop {
                    match self.conclude(outcome) {
                        Verdict::Close if self.is_deferred() => {
                            match Box::pin(self.send_deferred()).await {
                                Some(sent) => outcome = sent,
                                None => return,
                            }
                        }
                        verdict => break verdict,
                    }
                };
                match verdict {
                    Verdict::Again => {}
                    Verdict::Drain if Box::pin(self.drain()).await => {}
                    Verdict::Drain | Verdict::Close => return Box::pin(self.farewell()).await,
                }
                match self.gather() {
                    Gathered::Little => {}
                    _ if !self.flush().await => return,
                    Gathered::TooMuch => {}
                    Gathered::EndOfStream => self.queue_again(),
                }
                if self.served.is_multiple_of(TURN) && self.holds_a_part() {
                    self.give_way().await;
                }
            }
        }
    }

    /// Ends the request and makes ready for the next one; its answer stays with those before it.
    #[inline]
    fn gather(&mut self) -> Gathered {
        let Some(exchange) = self.lease.get_mut() else { return Gathered::Little };
        exchange.request.end();
        let outbound = exchange.link.outbound();
        if exchange.link.has_lasted() {
            Gathered::EndOfStream
        } else if outbound.has_tail() || outbound.len() > HIGH_WATER {
            Gathered::TooMuch
        } else {
            Gathered::Little
        }
    }

    /// Lets other connections have a turn. It has not waited for its peer, however long ago it last did.
    #[cold]
    fn give_way(&self) -> impl Future<Output = ()> {
        self.wire.wait(Wait::Nothing);
        poll_fn(|cx| self.wire.poll_turn(cx))
    }

    /// Sends everything that has gathered; `false` when the peer is gone.
    fn flush(&self) -> impl Future<Output = bool> {
        poll_fn(|cx| match self.lease.get() {
            Some(exchange) => exchange.link.poll_flush_to(&*self.wire, cx).map(|sent| sent.is_ok()),
            None => Poll::Ready(true),
        })
    }

    /// Tells the wire what we wait for, once per wait.
    #[inline]
    fn wait(&mut self, wait: Wait) {
        if self.waiting != wait {
            self.waiting = wait;
            self.wire.wait(wait);
        }
    }
}

impl<S> fmt::Debug for Common<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Common")
            .field("pool", &self.pool)
            .field("max_requests", &self.max_requests)
            .finish_non_exhaustive()
    }
}

impl<W, S> fmt::Debug for Conn<W, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conn")
            .field("waiting", &self.waiting)
            .field("at_end", &self.at_end)
            .field("served", &self.served)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
