//! A wire over a TCP connection.
//!
//! Reads go through tokio's `poll_read`, which forgets readiness after a short read: the next read
//! waits without asking the kernel. Writes are tried at once, since a socket nearly always has room.

use std::cell::RefCell;
use std::io::{self, IoSlice};
use std::net::{Shutdown, SocketAddr};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use socket2::SockRef;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;

use super::timed::{Watch, Watched, Watches};
use crate::wire::{Wait, Wire};

/// A TCP connection and its deadline.
#[derive(Debug)]
pub struct TcpWire {
    // `poll_read` wants the stream exclusively; one thread and no call back, so it always gets it.
    stream: RefCell<TcpStream>,
    watch: Watch,
}

impl TcpWire {
    /// A wire over an accepted connection, its deadlines looked after by `watches`.
    ///
    /// Small writes leave at once (`TCP_NODELAY`): we gather answers ourselves.
    pub fn new(stream: TcpStream, watches: &Rc<Watches>) -> Rc<Self> {
        // A socket that cannot do it still works, only slower.
        let _ = stream.set_nodelay(true);
        let wire = Rc::new(Self { stream: RefCell::new(stream), watch: watches.watch() });
        watches.enter(&wire);
        wire
    }
}

impl Watched for TcpWire {
    fn watch(&self) -> &Watch {
        &self.watch
    }
}

impl Wire for TcpWire {
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
            let tried = match bufs {
                [only] => stream.try_write(only),
                several => stream.try_write_vectored(several),
            };
            match tried {
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

    fn shutdown(&self) {
        // The peer may have closed already; then there is nobody to tell.
        let _ = SockRef::from(&*self.stream.borrow()).shutdown(Shutdown::Write);
    }

    #[inline]
    fn wait(&self, wait: Wait) {
        self.watch.wait(wait);
    }

    fn poll_late(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.watch.poll_late(cx)
    }

    fn peer_addr(&self) -> Option<SocketAddr> {
        self.stream.borrow().peer_addr().ok()
    }
}
