//! The byte pipe to the peer, and one in memory for tests.
//!
//! It is read and written through `&self`, so that a response can send chunks while the request still
//! reads its body from the same wire. Nothing above this trait knows whether bytes come from TCP, a
//! unix socket or a test.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::task::{Context, Poll, Waker};

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

    /// The address of the peer, where it has one.
    fn peer_addr(&self) -> Option<SocketAddr>;
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

/// A wire whose input is given beforehand, cut into the pieces that reads are to see.
///
/// When the pieces are used up, reads find the end of the connection, or stay pending when the wire
/// was made with [`Memory::open`].
#[derive(Default)]
pub struct Memory {
    input: RefCell<VecDeque<Vec<u8>>>,
    output: RefCell<Vec<u8>>,
    open: Cell<bool>,
    writes: Cell<usize>,
    room: Cell<Option<usize>>,
    /// Writes are pending while this much output has not been taken.
    window: Cell<Option<usize>>,
    blocked: Cell<Option<Waker>>,
    late: Cell<bool>,
    lapsed: Cell<bool>,
    waiting: Cell<Wait>,
    shut: Cell<bool>,
}

impl Memory {
    /// A wire whose peer sends these pieces and then ends the connection.
    pub fn new<P: AsRef<[u8]>>(pieces: impl IntoIterator<Item = P>) -> Self {
        let input = pieces.into_iter().map(|piece| piece.as_ref().to_vec());
        Self {
            input: RefCell::new(input.filter(|piece| !piece.is_empty()).collect()),
            ..Self::default()
        }
    }

    /// A wire whose peer sends these pieces and then stays silent.
    pub fn open<P: AsRef<[u8]>>(pieces: impl IntoIterator<Item = P>) -> Self {
        Self { open: Cell::new(true), ..Self::new(pieces) }
    }

    /// Lets each write take at most `bytes`, and makes every second one pending once.
    #[must_use]
    pub fn with_room(self, bytes: usize) -> Self {
        self.room.set(Some(bytes));
        self
    }

    /// Makes writes pending while `bytes` of output have not been taken.
    #[must_use]
    pub fn with_window(self, bytes: usize) -> Self {
        self.window.set(Some(bytes));
        self
    }

    /// Lets the peer send one more piece.
    pub fn send(&self, piece: &[u8]) {
        self.input.borrow_mut().push_back(piece.to_vec());
    }

    /// Lets the peer end its side after what it has sent.
    pub fn end(&self) {
        self.open.set(false);
    }

    /// What was written so far; the wire forgets it.
    pub fn take_output(&self) -> Vec<u8> {
        if let Some(blocked) = self.blocked.take() {
            blocked.wake();
        }
        self.output.take()
    }

    /// How many writes there were.
    pub fn writes(&self) -> usize {
        self.writes.get()
    }

    /// Makes the current wait too long.
    pub fn expire(&self) {
        self.late.set(true);
    }

    /// Makes the current wait too long, once; the next one is in time again.
    pub fn lapse(&self) {
        self.lapsed.set(true);
    }

    /// Has our side been closed?
    pub fn is_shut(&self) -> bool {
        self.shut.get()
    }

    fn exhausted(&self) -> Poll<io::Result<usize>> {
        match (self.late.get(), self.open.get()) {
            (true, _) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            (false, true) => Poll::Pending,
            (false, false) => Poll::Ready(Ok(0)),
        }
    }
}

impl Wire for Memory {
    fn poll_read(&self, _: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut input = self.input.borrow_mut();
        let Some(piece) = input.front_mut() else { return self.exhausted() };
        let n = piece.len().min(buf.len());
        buf[..n].copy_from_slice(&piece[..n]);
        if n == piece.len() {
            input.pop_front();
        } else {
            piece.drain(..n);
        }
        Poll::Ready(Ok(n))
    }

    fn poll_readable(&self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.input.borrow().is_empty() {
            false => Poll::Ready(Ok(())),
            true => self.exhausted().map(|result| result.map(drop)),
        }
    }

    fn poll_write(&self, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        self.writes.set(self.writes.get() + 1);
        if self.shut.get() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        if self.window.get().is_some_and(|window| self.output.borrow().len() >= window) {
            self.blocked.set(Some(cx.waker().clone()));
            return Poll::Pending;
        }
        let mut room = match self.room.get() {
            Some(_) if self.writes.get().is_multiple_of(2) => {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Some(room) => room,
            None => usize::MAX,
        };
        let mut written = 0;
        for buf in bufs {
            let n = buf.len().min(room);
            self.output.borrow_mut().extend_from_slice(&buf[..n]);
            room -= n;
            written += n;
        }
        Poll::Ready(Ok(written))
    }

    fn poll_gone(&self, _: &mut Context<'_>) -> Poll<()> {
        match self.open.get() || !self.input.borrow().is_empty() {
            true => Poll::Pending,
            false => Poll::Ready(()),
        }
    }

    fn shutdown(&self) {
        self.shut.set(true);
    }

    fn wait(&self, wait: Wait) {
        self.waiting.set(wait);
    }

    fn waiting(&self) -> Wait {
        self.waiting.get()
    }

    fn poll_late(&self, _: &mut Context<'_>) -> Poll<()> {
        if self.late.get() || self.lapsed.take() { Poll::Ready(()) } else { Poll::Pending }
    }

    fn peer_addr(&self) -> Option<SocketAddr> {
        None
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
            .field("waiting", &self.waiting)
            .field("writes", &self.writes)
            .finish_non_exhaustive()
    }
}
