//! A connection that a handler has taken over, to speak another protocol (RFC 9110 §7.8).
//!
//! The answer is 101, and after it the wire is the handler's: bytes in, bytes out, until the handler
//! returns and the connection ends. What the peer had sent after its request is read first. While it
//! lasts, a tunnel holds the exchange of its request, as an event stream does (`lasting.rs`).

use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll, ready};

use super::response::{Parting, Source, Stage};
use super::seats::Seat;
use super::{Request, Response};
use crate::error::{Error, Result};
use crate::proto::{Framing, Version};
use crate::wire::{EndsWait, Wait};

/// The bytes of a connection that a handler has taken over; see [`Response::upgrade`].
#[derive(Debug)]
pub struct Tunnel<'a> {
    req: &'a Request,
    res: &'a mut Response,
    /// How much has been read of what came with the request.
    taken: usize,
    /// Has the wire been told that we wait for the peer?
    waiting: bool,
    _seat: Option<Seat>,
}

/// What a read from a tunnel gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// This many bytes, at the beginning of the buffer.
    Bytes(usize),
    /// The end of what the peer sends.
    End,
    /// Nothing for `Timeouts::ping`, or the server is shutting down; [`Tunnel::is_over`] tells which.
    Nothing,
}

impl Response {
    /// Takes the connection over for another protocol, if that is what the peer asks for.
    ///
    /// Fields that are set by then are sent with the 101. The connection ends when the handler returns.
    ///
    /// ```
    /// # use httpz_core::{Came, Request, Response, Result};
    /// async fn shout(req: &Request, res: &mut Response) -> Result {
    ///     let mut tunnel = res.upgrade(req, "shout").await?;
    ///     let mut buf = [0; 1024];
    ///     while let Came::Bytes(n) = tunnel.read(&mut buf).await? {
    ///         buf[..n].make_ascii_uppercase();
    ///         tunnel.write(&buf[..n]).await?;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// 426, with `Upgrade`, when the peer does not ask for this protocol; 400 when its request has a
    /// body; 503 when the server is shutting down, and, with `Retry-After`, when there are `pool.streams` event
    /// streams and tunnels already; 500 when the head cannot be sent as it is, or a body was
    /// set before.
    pub async fn upgrade<'a>(&'a mut self, req: &'a Request, protocol: &str) -> Result<Tunnel<'a>> {
        if !req.wants(protocol) {
            self.header("Connection", "upgrade").header("Upgrade", protocol).keep_headers();
            return Err(Error::status(426, format!("this is reached by an upgrade to {protocol}")));
        }
        if req.head.framing != Framing::Empty {
            return Err(Error::status(400, "a request for an upgrade has no body"));
        }
        if self.is_leaving() {
            return Err(Error::status(503, "the server is shutting down"));
        }
        let seat = match self.take_seat() {
            Ok(seat) => seat,
            Err(full) => {
                // What the peer may have sent behind its request is not HTTP.
                self.close();
                return Err(full);
            }
        };
        self.header("Connection", "upgrade").header("Upgrade", protocol);
        let expects =
            req.header("expect").is_some_and(|it| it.eq_ignore_ascii_case("100-continue"));
        self.encode_switch(expects).map_err(|fault| self.told(fault))?;
        self.flush().await?;
        self.slim();
        Ok(Tunnel { req, res: self, taken: 0, waiting: false, _seat: seat })
    }
}

impl Request {
    /// Does the peer ask for this protocol in place of HTTP?
    fn wants(&self, protocol: &str) -> bool {
        let lists = |field, wanted: &str| {
            let values =
                self.headers_all(field).filter_map(|value| std::str::from_utf8(value).ok());
            let mut items = values.flat_map(|value| value.split(','));
            items.any(|item| item.trim_matches([' ', '\t']).eq_ignore_ascii_case(wanted))
        };
        self.version() == Version::Http11
            && lists("connection", "upgrade")
            && lists("upgrade", protocol)
    }
}

impl Tunnel<'_> {
    /// Waits for bytes of the peer.
    ///
    /// # Errors
    ///
    /// 500, with the [`std::io::Error`] as its source, when the connection has failed.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn read(&mut self, buf: &mut [u8]) -> Result<Came> {
        let wire = self.res.wire();
        let _waits = wire.as_ref().map(|wire| EndsWait(&**wire, Wait::Ping));
        self.waiting = false;
        poll_fn(|cx| self.poll_read(cx, buf)).await
    }

    /// [`Tunnel::read`], for callers that wait for other things as well.
    ///
    /// # Errors
    ///
    /// As for [`Tunnel::read`].
    pub fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<Result<Came>> {
        // Nothing is read from a peer that does not take what it is sent; so what is queued for it is bounded.
        ready!(self.poll_flush(cx))?;
        let early =
            self.req.incoming.beyond(&self.req.inbound).get(self.taken..).unwrap_or_default();
        if !early.is_empty() {
            let n = early.len().min(buf.len());
            buf[..n].copy_from_slice(&early[..n]);
            self.taken += n;
            return Poll::Ready(Ok(Came::Bytes(n)));
        }
        let Some(wire) = self.res.wire() else { return Poll::Ready(Ok(Came::End)) };
        if !self.waiting {
            self.waiting = true;
            wire.wait(Wait::Ping);
        }
        let came = match ready!(wire.poll_read(cx, buf)) {
            Ok(0) => Ok(Came::End),
            Ok(n) => Ok(Came::Bytes(n)),
            // A shutdown makes this wait late at once.
            Err(error) if error.kind() == io::ErrorKind::TimedOut => Ok(Came::Nothing),
            Err(error) => {
                // Not the handler's fault, if that passes it on.
                self.res.stage = Stage::Aborted;
                Err(gone(error))
            }
        };
        self.waiting = false;
        wire.wait(Wait::Nothing);
        Poll::Ready(came)
    }

    /// Sends bytes and waits until the peer's side has taken them.
    ///
    /// # Errors
    ///
    /// 500, with the [`std::io::Error`] as its source, when the peer is gone or takes nothing for `Timeouts::write`.
    ///
    /// # Cancel safety
    ///
    /// Once the future has been polled, the bytes are in the outgoing buffer and will be sent whole.
    pub async fn write(&mut self, bytes: &[u8]) -> Result {
        self.push(bytes);
        self.flush().await
    }

    /// Appends bytes to what is to be sent; they leave with the next flush, read or write.
    pub fn push(&mut self, bytes: &[u8]) {
        self.res.push_raw(bytes);
    }

    /// Appends the last that is to be said. If the handler returns an error before that has left, its place
    /// takes what `words` are for the status of the error, which is 500 for a panic.
    #[doc(hidden)]
    pub fn say_last(&mut self, words: fn(Option<u16>) -> Vec<u8>) {
        let bytes = words(None);
        self.push(&bytes);
        self.res.source = Source::Parting(Parting { words, said: bytes.len() });
    }

    /// Waits until the peer's side has taken what was sent.
    ///
    /// # Errors
    ///
    /// As for [`Tunnel::write`].
    pub async fn flush(&mut self) -> Result {
        poll_fn(|cx| self.poll_flush(cx)).await
    }

    /// [`Tunnel::flush`], for callers that wait for other things as well.
    ///
    /// # Errors
    ///
    /// As for [`Tunnel::write`].
    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result> {
        let flushed = self.res.poll_flush(cx);
        if flushed.is_pending() {
            self.waiting = false;
        }
        match ready!(flushed) {
            true => {
                // The next message may be long in coming.
                self.res.trim();
                Poll::Ready(Ok(()))
            }
            false => Poll::Ready(Err(gone(io::ErrorKind::BrokenPipe.into()))),
        }
    }

    /// Ready when other connections have had a turn since it was ready last; for handlers that find much to do in what
    /// one read has given.
    #[doc(hidden)]
    pub fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.res.poll_turn(cx)
    }

    /// Is the server shutting down, so that the tunnel should end?
    pub fn is_over(&self) -> bool {
        self.res.is_leaving()
    }
}

impl Drop for Tunnel<'_> {
    fn drop(&mut self) {
        // What the handler does next has no deadline.
        if let Some(wire) = self.res.wire() {
            wire.wait(Wait::Nothing);
        }
    }
}

fn gone(error: io::Error) -> Error {
    Error::status(500, "the peer is gone").with_source(error)
}
