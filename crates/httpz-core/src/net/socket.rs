//! A wire over a TCP or unix socket.
//!
//! A read takes one system call, and so does a write. A read that gives less than there was room for has
//! emptied the socket, so readiness is forgotten there and then, and the next read waits without asking the
//! kernel. The first read after a wake-up and the first write after it are tried at once, because they
//! nearly always succeed; the others ask the runtime, so that a peer that sends, or takes, without end
//! leaves time for others.

use std::cell::Cell;
use std::io::{self, IoSlice, Read};
use std::mem::MaybeUninit;
use std::net::{Shutdown, SocketAddr};
use std::os::fd::AsFd;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::Interest;
use tokio::net::{TcpStream, UnixStream};
use tokio::task::yield_now;

use super::gate::Pass;
use super::timed::{Presence, Watch, Watched, Watches};
use crate::wire::{Paused, Wait, Wire};

/// What tokio's sockets have in common without sharing a trait for it.
pub trait Socket: AsFd + 'static {
    /// Ready when a read would give something.
    fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
    /// Ready when a write would take something.
    fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
    /// Writes what can be written at once.
    fn try_write(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize>;
    /// Does `io`, and forgets readiness when it would block.
    fn try_io<T>(&self, interest: Interest, io: impl FnOnce() -> io::Result<T>) -> io::Result<T>;
    /// What is known of the peer without asking the system.
    fn presence(&self) -> Presence;
    /// Takes it from the runtime, for another one.
    fn detach(self) -> io::Result<Detached>;
}

/// A socket that belongs to no runtime.
#[derive(Debug)]
pub enum Detached {
    /// Over TCP.
    Tcp(std::net::TcpStream),
    /// Over a unix socket.
    Unix(std::os::unix::net::UnixStream),
}

macro_rules! socket {
    ($socket:ty, $kind:ident) => {
        impl Socket for $socket {
            fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                <$socket>::poll_read_ready(self, cx)
            }

            fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                <$socket>::poll_write_ready(self, cx)
            }

            #[inline]
            fn try_write(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
                match bufs {
                    [only] => <$socket>::try_write(self, only),
                    several => self.try_write_vectored(several),
                }
            }

            #[inline]
            fn try_io<T>(
                &self,
                interest: Interest,
                io: impl FnOnce() -> io::Result<T>,
            ) -> io::Result<T> {
                <$socket>::try_io(self, interest, io)
            }

            fn presence(&self) -> Presence {
                let mut nobody = Context::from_waker(Waker::noop());
                let ready = pin!(self.ready(Interest::READABLE | Interest::WRITABLE));
                match ready.poll(&mut nobody) {
                    // The system says the one after a reset, the other after the end of the peer's side.
                    Poll::Ready(Ok(ready)) if ready.is_write_closed() => Presence::Gone,
                    Poll::Ready(Ok(ready)) if ready.is_read_closed() => Presence::Ended,
                    Poll::Ready(_) | Poll::Pending => Presence::Here,
                }
            }

            fn detach(self) -> io::Result<Detached> {
                self.into_std().map(Detached::$kind)
            }
        }
    };
}

socket!(TcpStream, Tcp);
socket!(UnixStream, Unix);

/// A connection and its deadline.
#[derive(Debug)]
pub struct SocketWire<S> {
    stream: S,
    /// Is a read pending, so that a wake-up probably means that there is something to read?
    parked: Cell<bool>,
    /// Has nothing been written since a read was pending?
    rested: Cell<bool>,
    /// Is the connection to be reset instead of ending in order?
    breaks_off: Cell<bool>,
    /// Have others been given a turn?
    gave_way: Cell<bool>,
    watch: Watch,
    /// As it was when the connection was accepted: of one that has been reset the system knows no address any more.
    peer: Cell<Option<SocketAddr>>,
    /// Counts this connection until it is dropped.
    _pass: Pass,
}

impl<S: Socket> SocketWire<S> {
    /// A wire over a connection that was accepted from this address, its deadlines watched by `watches`.
    pub fn new(stream: S, peer: Option<SocketAddr>, pass: Pass, watches: &Rc<Watches>) -> Rc<Self> {
        let wire = Rc::new(Self {
            stream,
            parked: Cell::new(false),
            rested: Cell::new(true),
            breaks_off: Cell::new(false),
            gave_way: Cell::new(false),
            watch: watches.watch(),
            peer: Cell::new(peer),
            _pass: pass,
        });
        watches.enter(&wire);
        wire
    }

    /// Sets the client that the peer speaks for, in place of the peer.
    pub fn set_peer_addr(&self, addr: SocketAddr) {
        self.peer.set(Some(addr));
    }

    /// Writes what can be written at once, whatever is waited for.
    ///
    /// # Errors
    ///
    /// `WouldBlock` when there is no room, of which nobody is told later.
    pub fn try_write(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        self.stream.try_write(bufs)
    }

    /// One read, if the socket is known to have something.
    #[inline]
    fn try_read(&self, buf: &mut [u8]) -> io::Result<usize> {
        let mut short = 0;
        let result = self.stream.try_io(Interest::READABLE, || {
            let n = (&*SockRef::from(&self.stream)).read(buf)?;
            if (1..buf.len()).contains(&n) {
                short = n;
                // Meant for the runtime, which forgets readiness; the caller gets the bytes.
                return Err(io::ErrorKind::WouldBlock.into());
            }
            Ok(n)
        });
        if short > 0 { Ok(short) } else { result }
    }

    #[cold]
    fn write_counted(&self, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        loop {
            match self.stream.poll_write_ready(cx) {
                Poll::Ready(ready) => ready?,
                Poll::Pending => return self.watch.pending_write(cx),
            }
            match self.stream.try_write(bufs) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return Poll::Ready(result),
            }
        }
    }
}

impl<S: Socket> Watched for SocketWire<S> {
    fn watch(&self) -> &Watch {
        &self.watch
    }

    fn presence(&self) -> Presence {
        self.stream.presence()
    }
}

impl<S: Socket> Wire for SocketWire<S> {
    #[inline]
    fn poll_read(&self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        // Only the first read after a wake-up goes past the runtime. The others ask it, because it counts
        // what a task does in one go, so that a peer that sends without end leaves time for the others.
        let mut woken = self.parked.replace(false);
        loop {
            if !woken {
                match self.stream.poll_read_ready(cx) {
                    Poll::Ready(ready) => ready?,
                    Poll::Pending => {
                        self.parked.set(true);
                        self.rested.set(true);
                        return self.watch.pending(cx);
                    }
                }
            }
            match self.try_read(buf) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => woken = false,
                result => return Poll::Ready(result),
            }
        }
    }

    fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.stream.poll_read_ready(cx) {
            Poll::Ready(result) => Poll::Ready(result),
            Poll::Pending => self.watch.pending(cx),
        }
    }

    #[inline]
    fn poll_write(&self, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        // The same for writes: of those between two waits for the peer only the first is not counted.
        if !self.rested.replace(false) {
            return self.write_counted(cx, bufs);
        }
        match self.stream.try_write(bufs) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.write_counted(cx, bufs),
            result => Poll::Ready(result),
        }
    }

    fn is_gone(&self) -> bool {
        self.stream.presence() == Presence::Gone
    }

    fn poll_gone(&self, cx: &mut Context<'_>) -> Poll<()> {
        // Bytes that nobody reads would hide it below; of this the sweep tells.
        if self.stream.presence() != Presence::Here {
            return Poll::Ready(());
        }
        let mut byte = [MaybeUninit::uninit()];
        loop {
            if ready!(self.stream.poll_read_ready(cx)).is_err() {
                return Poll::Ready(());
            }
            let look = || SockRef::from(&self.stream).peek(&mut byte);
            match self.stream.try_io(Interest::READABLE, look) {
                Ok(1..) => return Poll::Pending,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(0) | Err(_) => return Poll::Ready(()),
            }
        }
    }

    fn shutdown(&self) {
        if self.breaks_off.get() {
            return;
        }
        // The peer may have closed already; then there is nobody to tell.
        let _ = SockRef::from(&self.stream).shutdown(Shutdown::Write);
    }

    fn must_break_off(&self, must: bool) {
        if self.breaks_off.replace(must) != must {
            // With a linger time of zero, closing the socket resets the connection, even if the process dies.
            // Unix sockets have no reset.
            let _ = SockRef::from(&self.stream).set_linger(must.then_some(Duration::ZERO));
        }
    }

    #[inline]
    fn wait(&self, wait: Wait) {
        self.watch.wait(wait);
    }

    fn waiting(&self) -> Wait {
        self.watch.waiting()
    }

    fn pause(&self) -> Paused {
        self.watch.pause()
    }

    fn resume(&self, paused: Paused) {
        self.watch.resume(paused);
    }

    fn received(&self, head: usize) {
        self.watch.received(head);
    }

    fn poll_late(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.watch.poll_late(cx)
    }

    fn poll_turn(&self, cx: &mut Context<'_>) -> Poll<()> {
        if self.gave_way.replace(!self.gave_way.get()) {
            return Poll::Ready(());
        }
        // Pending at first. The runtime wakes us when it has run whoever is ready and has looked for more of them.
        pin!(yield_now()).poll(cx)
    }

    fn peer_addr(&self) -> Option<SocketAddr> {
        self.peer.get()
    }
}
