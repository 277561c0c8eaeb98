//! A wire over TLS over a socket. Feature `tls`.
//!
//! The session of rustls is a machine that does no input or output: what the socket gives is put in at one end, what is
//! to leave is taken out there, and at the other end it is read and written as plain bytes. Deadlines, resets and the
//! end of the connection stay the socket's.
//!
//! What is written is encrypted at once, so the session may hold records that the peer takes no more of. Whoever
//! writes must not take them for sent, or nobody would come back to push them on. So the last byte of what was
//! written is owed: it is said to have left when all records have.
//!
//! An end without `close_notify` is an error, as a reset is: whoever stands between could have made it.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::poll_fn;
use std::io::{self, BufRead, IoSlice, Read, Write};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use rustls::{ServerConfig, ServerConnection};

use super::socket::{Socket, SocketWire};
use crate::wire::{Paused, Wait, Wire};

/// Bytes that a session takes before their records have left.
const MOST_UNSENT: usize = 64 * 1024;

/// A connection that is encrypted.
pub struct TlsWire<S: Socket> {
    socket: Rc<SocketWire<S>>,
    session: RefCell<ServerConnection>,
    /// Was a byte encrypted that is not said to have left yet?
    owes: Cell<bool>,
    /// Has our side been ended?
    ended: Cell<bool>,
    /// Is the connection to be reset instead of ending in order?
    breaks_off: Cell<bool>,
    /// The first byte that came.
    first: Cell<Option<u8>>,
}

impl<S: Socket> TlsWire<S> {
    /// A wire over this socket, on which nothing has been said yet.
    ///
    /// # Errors
    ///
    /// What rustls says of the configuration.
    pub fn new(
        socket: Rc<SocketWire<S>>,
        config: Arc<ServerConfig>,
    ) -> Result<Rc<Self>, rustls::Error> {
        let mut session = ServerConnection::new(config)?;
        session.set_buffer_limit(Some(MOST_UNSENT));
        Ok(Rc::new(Self {
            socket,
            session: RefCell::new(session),
            owes: Cell::new(false),
            ended: Cell::new(false),
            breaks_off: Cell::new(false),
            first: Cell::new(None),
        }))
    }

    /// Shakes hands, within the time that a head has; `false` when the connection is over. `plain_answer` is for a
    /// peer that does not speak TLS at all.
    pub async fn shake_hands(&self, plain_answer: &[u8]) -> bool {
        self.socket.wait(Wait::Head);
        let Err(error) = poll_fn(|cx| self.poll_handshake(cx)).await else { return true };
        if error.kind() == io::ErrorKind::InvalidData {
            self.say_why(plain_answer);
            self.farewell().await;
        }
        self.breaks_off.set(true);
        false
    }

    fn poll_handshake(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let session = &mut *self.session.borrow_mut();
        loop {
            match self.poll_send(session, cx) {
                Poll::Ready(sent) => sent?,
                Poll::Pending => {
                    // The time of a head says nothing about a peer that takes nothing.
                    if self.socket.waiting() != Wait::Write {
                        self.socket.wait(Wait::Write);
                    }
                    return Poll::Pending;
                }
            }
            if !session.is_handshaking() {
                return Poll::Ready(Ok(()));
            }
            if self.socket.waiting() == Wait::Write {
                self.socket.wait(Wait::Head);
            }
            if ready!(self.poll_fill(session, cx))? == 0 {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }

    /// Tells the peer of a handshake that failed: in its own words, or by an alert.
    fn say_why(&self, plain_answer: &[u8]) {
        match self.first.get() {
            Some(first) if first.is_ascii_alphabetic() => {
                let _ = self.socket.try_write(&[IoSlice::new(plain_answer)]);
            }
            _ => self.send_at_once(&mut self.session.borrow_mut()),
        }
    }

    /// Ends our side, and reads until the peer has ended its own: a reset could destroy what was said.
    async fn farewell(&self) {
        self.socket.shutdown();
        self.socket.wait(Wait::Linger);
        let mut room = [0; 512];
        while poll_fn(|cx| self.socket.poll_read(cx, &mut room)).await.is_ok_and(|n| n > 0) {}
    }

    /// Sends all records that there are.
    fn poll_send(
        &self,
        session: &mut ServerConnection,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while session.wants_write() {
            match session.write_tls(&mut Pipe { wire: self, cx }) {
                Ok(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Poll::Pending,
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Sends as many records as can be sent at once; for what nobody waits for.
    fn send_at_once(&self, session: &mut ServerConnection) {
        while session.wants_write() {
            if !matches!(session.write_tls(&mut AtOnce(&self.socket)), Ok(1..)) {
                return;
            }
        }
        if self.ended.get() {
            self.socket.shutdown();
        }
    }

    /// Reads from the socket once, and decrypts; zero at its end. Of what is wrong with it, the session has an alert to
    /// tell.
    fn poll_fill(
        &self,
        session: &mut ServerConnection,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        match session.read_tls(&mut Pipe { wire: self, cx }) {
            Ok(n) => Poll::Ready(match session.process_new_packets() {
                Ok(_) => Ok(n),
                Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
            }),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
            Err(error) => Poll::Ready(Err(error)),
        }
    }

    /// Waits until there is something to read, be it the end.
    #[inline]
    fn poll_plain(
        &self,
        session: &mut ServerConnection,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while is_empty(session) {
            // New keys, for example, that the peer has asked for.
            if session.wants_write() && !self.owes.get() {
                self.send_at_once(session);
            }
            if let Err(error) = ready!(self.poll_fill(session, cx)) {
                self.send_at_once(session);
                return Poll::Ready(Err(error));
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// Would a read have to wait?
fn is_empty(session: &mut ServerConnection) -> bool {
    matches!(session.reader().fill_buf(), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
}

impl<S: Socket> Wire for TlsWire<S> {
    fn poll_read(&self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        let session = &mut *self.session.borrow_mut();
        ready!(self.poll_plain(session, cx))?;
        Poll::Ready(session.reader().read(buf))
    }

    fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_plain(&mut self.session.borrow_mut(), cx)
    }

    fn poll_write(&self, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        if self.ended.get() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let session = &mut *self.session.borrow_mut();
        ready!(self.poll_send(session, cx))?;
        if self.owes.take() {
            return Poll::Ready(Ok(1));
        }
        let taken = session.writer().write_vectored(bufs)?;
        match self.poll_send(session, cx) {
            Poll::Ready(sent) => Poll::Ready(sent.map(|()| taken)),
            Poll::Pending => {
                self.owes.set(taken > 0);
                match taken {
                    0 | 1 => Poll::Pending,
                    several => Poll::Ready(Ok(several - 1)),
                }
            }
        }
    }

    fn is_gone(&self) -> bool {
        self.socket.is_gone()
    }

    fn poll_gone(&self, cx: &mut Context<'_>) -> Poll<()> {
        let session = &mut *self.session.borrow_mut();
        // What tells of the end comes in a record, which has to be read and decrypted to be known.
        while is_empty(session) {
            match self.poll_fill(session, cx) {
                Poll::Ready(Ok(_)) => {}
                // That somebody else's wait is over says nothing about the peer.
                Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::TimedOut => break,
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Pending => break,
            }
        }
        match session.reader().fill_buf() {
            Ok([]) => Poll::Ready(()),
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Poll::Ready(()),
            _ => self.socket.poll_gone(cx),
        }
    }

    fn shutdown(&self) {
        if self.breaks_off.get() {
            return;
        }
        let session = &mut *self.session.borrow_mut();
        if self.ended.replace(true) && !session.wants_write() {
            return;
        }
        session.send_close_notify();
        self.send_at_once(session);
    }

    fn poll_shutdown(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let session = &mut *self.session.borrow_mut();
        if !session.wants_write() {
            return Poll::Ready(Ok(()));
        }
        ready!(self.poll_send(session, cx))?;
        self.socket.shutdown();
        Poll::Ready(Ok(()))
    }

    fn must_break_off(&self, must: bool) {
        self.breaks_off.set(must);
        self.socket.must_break_off(must);
    }

    #[inline]
    fn wait(&self, wait: Wait) {
        self.socket.wait(wait);
    }

    fn waiting(&self) -> Wait {
        self.socket.waiting()
    }

    fn pause(&self) -> Paused {
        self.socket.pause()
    }

    fn resume(&self, paused: Paused) {
        self.socket.resume(paused);
    }

    fn received(&self, head: usize) {
        self.socket.received(head);
    }

    fn poll_late(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.socket.poll_late(cx)
    }

    fn poll_turn(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.socket.poll_turn(cx)
    }

    fn peer_addr(&self) -> Option<SocketAddr> {
        self.socket.peer_addr()
    }

    fn is_secure(&self) -> bool {
        true
    }
}

/// Many a connection ends by being dropped, and its peer is told all the same that nothing is missing.
impl<S: Socket> Drop for TlsWire<S> {
    fn drop(&mut self) {
        self.shutdown();
    }
}

impl<S: Socket> fmt::Debug for TlsWire<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsWire").field("ended", &self.ended).finish_non_exhaustive()
    }
}

/// The socket, as the session reads and writes it; what is pending would block.
struct Pipe<'a, 'b, S: Socket> {
    wire: &'a TlsWire<S>,
    cx: &'a mut Context<'b>,
}

fn or_would_block<T>(polled: Poll<io::Result<T>>) -> io::Result<T> {
    match polled {
        Poll::Ready(result) => result,
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
    }
}

impl<S: Socket> Read for Pipe<'_, '_, S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = or_would_block(self.wire.socket.poll_read(self.cx, buf))?;
        if n > 0 && self.wire.first.get().is_none() {
            self.wire.first.set(buf.first().copied());
        }
        Ok(n)
    }
}

impl<S: Socket> Write for Pipe<'_, '_, S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        or_would_block(self.wire.socket.poll_write(self.cx, bufs))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The socket for somebody who does not wait.
struct AtOnce<'a, S>(&'a SocketWire<S>);

impl<S: Socket> Write for AtOnce<'_, S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.try_write(bufs)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
