//! A wire in memory, for tests: what the peer sends is given beforehand, what it is sent is kept.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::task::{Context, Poll, Waker};

use super::{Wait, Wire};

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
