//! The byte pipe to the peer.
//!
//! It is read and written through `&self`, so that a response can send chunks while the request still
//! reads its body from the same wire. Nothing above this trait knows whether bytes come from TCP, a
//! unix socket or a test (`memory`).

mod memory;

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::task::{Context, Poll};

pub use memory::Memory;

/// What the connection is waiting for; each has a deadline of its own in `Timeouts`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wait {
    /// Nothing from the peer: a handler is running. Late when the peer has left; then the handler is dropped.
    #[default]
    Nothing,
    /// The first byte of the next request.
    KeepAlive,
    /// The rest of a head.
    Head,
    /// More of a body.
    Body,
    /// Room for more of an answer.
    Write,
    /// The end of the peer's side of the connection, after we have ended ours.
    Linger,
    /// An exchange from the pool.
    Exchange,
    /// The time for the next ping, in an event stream, a tunnel or `Response::closed`.
    Ping,
}

/// A wait whose deadline was stopped, and how much time it had left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paused {
    /// What was waited for.
    pub wait: Wait,
    /// The time it had left, in ticks of the wire's clock.
    pub ticks: u32,
}

/// A pipe of bytes to one peer.
///
/// Each method may be called from one task at a time; the waker of the last caller is woken.
pub trait Wire {
    /// Reads into `buf`; `Ok(0)` is the end of what the peer sends.
    ///
    /// # Errors
    ///
    /// `TimedOut` when the wait announced by [`Wire::wait`] has taken too long.
    fn poll_read(&self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>>;

    /// Ready when a read would give something; nothing is read.
    ///
    /// # Errors
    ///
    /// As for [`Wire::poll_read`].
    fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Writes as much of `bufs` as it can, in order, and tells how many bytes that was.
    ///
    /// # Errors
    ///
    /// `TimedOut` as for [`Wire::poll_read`]; `BrokenPipe` and the like when the peer is gone.
    fn poll_write(&self, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>>;

    /// Ready when the peer has ended its side or is gone; nothing is read.
    ///
    /// Unread bytes of the peer before its end may hide that for some time.
    fn poll_gone(&self, cx: &mut Context<'_>) -> Poll<()>;

    /// Is it known that the peer is gone, so that nothing could be sent to it either?
    fn is_gone(&self) -> bool {
        false
    }

    /// Tells the peer that nothing more will be sent; later writes fail.
    fn shutdown(&self);

    /// Ready when what [`Wire::shutdown`] tells the peer has left, where that takes room as any other bytes do.
    ///
    /// # Errors
    ///
    /// As for [`Wire::poll_write`].
    fn poll_shutdown(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let _ = cx;
        Poll::Ready(Ok(()))
    }

    /// While `must` is set, the connection is reset when it is dropped instead of ending in order.
    ///
    /// Where its end is also the end of an answer, as in HTTP/1.0, the peer could not tell a part of the
    /// answer from the whole. A wire that cannot be reset ignores this.
    fn must_break_off(&self, must: bool) {
        let _ = must;
    }

    /// Announces what is waited for from now on; starts its deadline.
    fn wait(&self, wait: Wait);

    /// What is waited for, as last announced.
    fn waiting(&self) -> Wait;

    /// Stops the deadline of the current wait; from now on nothing is waited for.
    fn pause(&self) -> Paused {
        let paused = Paused { wait: self.waiting(), ticks: 0 };
        self.wait(Wait::Nothing);
        paused
    }

    /// Goes on with a wait and the rest of its deadline.
    fn resume(&self, paused: Paused) {
        self.wait(paused.wait);
    }

    /// Tells how many bytes of a head have come while the rest is waited for: the rate counts as well.
    fn received(&self, head: usize) {
        let _ = head;
    }

    /// Ready when the announced wait has taken too long, or the peer has left while a handler runs; for waits without a
    /// pending read or write.
    fn poll_late(&self, cx: &mut Context<'_>) -> Poll<()>;

    /// Ready when other connections have had a turn since it was ready last; for one that need not wait for its peer. A
    /// wire that is alone is always ready.
    fn poll_turn(&self, cx: &mut Context<'_>) -> Poll<()> {
        let _ = cx;
        Poll::Ready(())
    }

    /// The address of the peer, where it has one.
    fn peer_addr(&self) -> Option<SocketAddr>;

    /// Is what goes over it encrypted?
    fn is_secure(&self) -> bool {
        false
    }
}

/// Ends this wait when it is dropped, as it is when the waiting is given up: what the handler does next has no deadline.
pub(crate) struct EndsWait<'a>(pub(crate) &'a dyn Wire, pub(crate) Wait);

impl Drop for EndsWait<'_> {
    fn drop(&mut self) {
        if self.0.waiting() == self.1 {
            self.0.wait(Wait::Nothing);
        }
    }
}
