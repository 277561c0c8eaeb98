//! A wire over a socket, be it of TCP or of the local machine.
//!
//! Reads go through tokio's `poll_read`, which forgets readiness after a short read: the next read
//! waits without asking the kernel. Writes are tried at once, since a socket nearly always has room.

use std::cell::{OnceCell, RefCell};
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::net::{Shutdown, SocketAddr};
use std::os::fd::AsFd;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use socket2::SockRef;
use tokio::io::{AsyncRead, Interest, ReadBuf};
use tokio::net::{TcpStream, UnixStream};

use super::timed::{Watch, Watched, Watches};
use crate::wire::{Left, Wait, Wire};

/// What the sockets of the runtime have in common, and no trait of theirs says.
pub trait Socket: AsyncRead + AsFd + Unpin + 'static {
    /// Ready when a read would give something.
    fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
    /// Ready when a write would take something.
    fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
    /// Writes what can be written at once.
    fn try_write(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize>;
    /// Does `io`, and forgets readiness when it would block.
    fn try_io<T>(&self, interest: Interest, io: impl FnOnce() -> io::Result<T>) -> io::Result<T>;
    /// The address of the peer, where there are addresses.
    fn peer(&self) -> Option<SocketAddr>;
}

macro_rules! socket {
    ($socket:ty, |$self:ident| $peer:expr) => {
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

            fn try_io<T>(
                &self,
                interest: Interest,
                io: impl FnOnce() -> io::Result<T>,
            ) -> io::Result<T> {
                <$socket>::try_io(self, interest, io)
            }

            fn peer(&$self) -> Option<SocketAddr> {
                $peer
            }
        }
    };
}

socket!(TcpStream, |self| self.peer_addr().ok());
socket!(UnixStream, |self| None);

/// A connection and its deadline.
#[derive(Debug)]
pub struct SocketWire<S> {
    // `poll_read` wants the stream exclusively; one thread and no call back, so it always gets it.
    stream: RefCell<S>,
    watch: Watch,
    /// Whom the peer speaks for, when it has said so before the first request.
    spoken_for: OnceCell<Box<SocketAddr>>,
}

impl<S: Socket> SocketWire<S> {
    /// A wire over an accepted connection, its deadlines looked after by `watches`.
    pub fn new(stream: S, watches: &Rc<Watches>) -> Rc<Self> {
        let wire = Rc::new(Self {
            stream: RefCell::new(stream),
            watch: watches.watch(),
            spoken_for: OnceCell::new(),
        });
        watches.enter(&wire);
        wire
    }

    /// Sets whom the peer speaks for; the first word counts.
    pub fn set_peer_addr(&self, addr: SocketAddr) {
        let _ = self.spoken_for.set(Box::new(addr));
    }
}

impl<S: 'static> Watched for SocketWire<S> {
    fn watch(&self) -> &Watch {
        &self.watch
    }
}

impl<S: Socket> Wire for SocketWire<S> {
    #[inline]
    fn poll_read(&self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut room = ReadBuf::new(buf);
        match Pin::new(&mut *self.stream.borrow_mut()).poll_read(cx, &mut room) {
            Poll::Ready(result) => Poll::Ready(result.map(|()| room.filled().len())),
            Poll::Pending => self.watch.pending(cx),
        }
    }

    fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.stream.borrow().poll_read_ready(cx) {
            Poll::Ready(result) => Poll::Ready(result),
            Poll::Pending => self.watch.pending(cx),
        }
    }

    #[inline]
    fn poll_write(&self, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let stream = self.stream.borrow();
        loop {
            match stream.try_write(bufs) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    match stream.poll_write_ready(cx) {
                        Poll::Ready(ready) => ready?,
                        Poll::Pending => return self.watch.pending(cx),
                    }
                }
                result => return Poll::Ready(result),
            }
        }
    }

    fn poll_gone(&self, cx: &mut Context<'_>) -> Poll<()> {
        let stream = self.stream.borrow();
        let mut byte = [MaybeUninit::uninit()];
        loop {
            if ready!(stream.poll_read_ready(cx)).is_err() {
                return Poll::Ready(());
            }
            let look = || SockRef::from(&*stream).peek(&mut byte);
            match stream.try_io(Interest::READABLE, look) {
                Ok(1..) => return Poll::Pending,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(0) | Err(_) => return Poll::Ready(()),
            }
        }
    }

    fn shutdown(&self) {
        // The peer may have closed already; then there is nobody to tell.
        let _ = SockRef::from(&*self.stream.borrow()).shutdown(Shutdown::Write);
    }

    #[inline]
    fn wait(&self, wait: Wait) {
        self.watch.wait(wait);
    }

    fn waiting(&self) -> Wait {
        self.watch.waiting()
    }

    fn pause(&self) -> Left {
        self.watch.pause()
    }

    fn resume(&self, left: Left) {
        self.watch.resume(left);
    }

    fn poll_late(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.watch.poll_late(cx)
    }

    fn peer_addr(&self) -> Option<SocketAddr> {
        let spoken_for = self.spoken_for.get().map(|addr| **addr);
        spoken_for.or_else(|| self.stream.borrow().peer())
    }
}
