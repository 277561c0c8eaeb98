//! The life of one connection, as a loop that can be read aloud.
//!
//! ```text
//!           ┌─────────────────────────────────────────────────────┐
//!           ▼                                                     │ again
//!       receive ──► answer ──► conclude ──► (more buffered? gather │ : flush)
//!           │ nothing   │ fault    │ close
//!           ▼           ▼          ▼
//!         (gone)     refuse ──► farewell
//! ```
//!
//! Answers to requests that are already buffered gather in the outgoing buffer and leave with one
//! write, when the next head has to be waited for. An idle connection holds no exchange: it is given
//! back as soon as a read finds nothing and leased again at the next bytes.
//!
//! This room knows no runtime. It runs under any executor, and in tests under a waker that does
//! nothing, over a wire in memory.

mod answer;
mod farewell;
mod receive;

use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;

use crate::exchange::{Lease, Pool, Ticket};
use crate::message::Ambient;
use crate::proto::{ProtocolError, Verdict};
use crate::service::Service;
use crate::wire::{Wait, Wire};

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

/// One connection.
pub struct Conn<W, S> {
    wire: Rc<W>,
    common: Rc<Common<S>>,
    lease: Option<Lease>,
    ticket: Option<Rc<Ticket>>,
    /// What the wire has been told we wait for.
    waiting: Wait,
    /// The peer has ended its side; no more bytes will come.
    at_end: bool,
    served: u64,
}

/// What came of waiting for a request.
enum Arrival {
    /// A whole head is there, and its exchange is leased.
    Request,
    /// Something that must be refused.
    Fault(ProtocolError),
    /// The peer has left, or was idle for too long.
    Nothing,
}

impl<W: Wire + 'static, S: Service> Conn<W, S> {
    /// A connection over this wire.
    pub fn new(wire: Rc<W>, common: Rc<Common<S>>) -> Self {
        Self {
            wire,
            common,
            lease: None,
            ticket: None,
            waiting: Wait::Nothing,
            at_end: false,
            served: 0,
        }
    }

    /// Serves requests until one side is done with the connection.
    ///
    /// The steps that end a connection are boxed: they are rare, and unboxed their state would be
    /// part of every idle connection.
    pub async fn serve(mut self) {
        loop {
            match self.receive().await {
                Arrival::Request => self.answer().await,
                Arrival::Fault(fault) => return Box::pin(self.refuse(fault)).await,
                Arrival::Nothing => return,
            }
            match self.conclude() {
                Verdict::Again => {}
                Verdict::Drain if Box::pin(self.drain()).await => {}
                Verdict::Drain | Verdict::Close => return Box::pin(self.farewell()).await,
            }
            if !self.gather().await {
                return;
            }
        }
    }

    /// Makes ready for the next request; answers leave only when too many have gathered.
    ///
    /// `false` when the peer is gone.
    #[inline]
    async fn gather(&mut self) -> bool {
        let Some(lease) = &mut self.lease else { return true };
        lease.request.end();
        let full = {
            let outbound = lease.link.outbound();
            outbound.has_tail() || outbound.len() > HIGH_WATER
        };
        !full || self.flush().await
    }

    /// Lets everything leave that has gathered; `false` when the peer is gone.
    async fn flush(&mut self) -> bool {
        let Some(lease) = &self.lease else { return true };
        let link = &lease.link;
        poll_fn(|cx| link.poll_flush(cx)).await.is_ok()
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

#[cfg(test)]
mod tests;
