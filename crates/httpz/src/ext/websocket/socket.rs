//! The socket as a handler sees it: what the protocol wants is done on the way.
//!
//! A peer from which nothing has come for `Timeouts::ping` is asked for a sign of life; one that gives
//! none until the next time is given up. What is sent back without being asked for (pongs, closes)
//! leaves before more is read, so a peer that takes nothing is not listened to either.

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, ready};
use std::thread;

use httpz_core::{Came, Tunnel};
use serde::Serialize;

use super::frame::{self, Head, Malformed, Opcode};
use super::message::{CloseCode, Message};
use crate::{Error, Result};

/// Bytes that are read at a time.
const READ: usize = 16 * 1024;

/// So many messages are given out before other connections have a turn: a read may give thousands, and a handler may
/// work for each.
const TURN: usize = 64;

/// Memory for what comes that is kept from one message to the next.
const KEPT: usize = 64 * 1024;

/// A socket that messages come and go through.
///
/// ```
/// use httpz::ext::websocket::WebSocket;
/// use httpz::prelude::*;
///
/// #[get("/echo")]
/// async fn echo(req: &Request, res: &mut Response) -> Result {
///     let mut socket = WebSocket::accept(req, res).await?;
///     while let Some(message) = socket.next().await {
///         socket.send(message).await?;
///     }
///     Ok(())
/// }
/// # httpz::App::new((), |r| r.mount(routes![echo])).build()?;
/// # Ok::<(), httpz::BuildError>(())
/// ```
///
/// When the handler returns, the peer is told good-bye, with 1000. An error that it returns is told with a code,
/// without its words: 1011 where the server has failed (a status of 500 and above, or a panic), 1008 where the
/// status says that the peer has. Whoever has more to say does it with [`WebSocket::close`].
pub struct WebSocket<'a> {
    tunnel: Tunnel<'a>,
    max_message: usize,
    /// What has come, and how much of it has been looked at.
    inbox: Vec<u8>,
    seen: usize,
    /// The fragments of a message so far, and what it will be.
    message: Vec<u8>,
    kind: Option<Opcode>,
    /// Messages given out without waiting.
    in_a_row: usize,
    /// Has the peer been asked for a sign of life?
    pinged: bool,
    closed: Option<CloseCode>,
    said_bye: bool,
}

/// What came first; see [`WebSocket::next_or`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Either<T> {
    /// A message, or `None` at the end of the socket.
    Message(Option<Message>),
    /// What else was waited for.
    Other(T),
}

impl<'a> WebSocket<'a> {
    /// The socket that is spoken over this tunnel.
    pub(super) fn over(tunnel: Tunnel<'a>, max_message: usize) -> Self {
        Self {
            tunnel,
            max_message,
            inbox: Vec::new(),
            seen: 0,
            message: Vec::new(),
            kind: None,
            in_a_row: 0,
            pinged: false,
            closed: None,
            said_bye: false,
        }
    }

    /// The next message; `None` when the socket has ended: closed by a side, lost, or because the
    /// server shuts down ([`WebSocket::close_code`] tells).
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Message> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// The next message, or what `other` gives, whichever comes first: for handlers that have
    /// something to say without being asked.
    ///
    /// # Cancel safety
    ///
    /// No message is lost. `other` is dropped when a message comes first, so it must be cancel safe itself.
    pub async fn next_or<T>(&mut self, other: impl Future<Output = T>) -> Either<T> {
        let mut other = pin!(other);
        poll_fn(|cx| match other.as_mut().poll(cx) {
            Poll::Ready(value) => Poll::Ready(Either::Other(value)),
            Poll::Pending => self.poll_next(cx).map(Either::Message),
        })
        .await
    }

    /// Sends a message and waits until the peer's side has taken it.
    ///
    /// # Errors
    ///
    /// 500 when the socket has been closed; also, with the [`std::io::Error`] as its source, when the peer is gone.
    ///
    /// # Cancel safety
    ///
    /// Once the future has been polled, the message is in the outgoing buffer and will be sent whole.
    pub async fn send(&mut self, message: impl Into<Message>) -> Result {
        if self.said_bye || self.closed.is_some() {
            return Err(Error::status(500, "the socket has been closed"));
        }
        let frame = match message.into() {
            Message::Text(text) => frame::frame(Opcode::Text, text.as_bytes()),
            Message::Binary(bytes) => frame::frame(Opcode::Binary, &bytes),
        };
        self.tunnel.write(&frame).await
    }

    /// Sends `value` as JSON; [`Message::json`] reads one that comes.
    ///
    /// ```
    /// use httpz::ext::websocket::WebSocket;
    /// use httpz::prelude::*;
    ///
    /// /// Adds up the numbers of each list that comes.
    /// #[get("/sums")]
    /// async fn sums(req: &Request, res: &mut Response) -> Result {
    ///     let mut socket = WebSocket::accept(req, res).await?;
    ///     while let Some(message) = socket.next().await {
    ///         let numbers: Vec<i64> = message.json()?;
    ///         socket.send_json(&json!({ "sum": numbers.iter().sum::<i64>() })).await?;
    ///     }
    ///     Ok(())
    /// }
    /// # let client = httpz::testing::Client::new(App::new((), |r| r.mount(routes![sums])));
    /// # let ask = client.request(Method::Get, "/sums").header("connection", "upgrade");
    /// # let ask = ask.header("upgrade", "websocket").header("sec-websocket-version", "13");
    /// # let ask = ask.header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    /// # let mut live = ask.open().status(101);
    /// # live.send(b"\x81\x85\0\0\0\0[1,2]"); // a text of five bytes, under a mask of zeros
    /// # let frame = live.next_chunk().expect("an answer");
    /// # assert_eq!(&frame[2..], br#"{"sum":3}"#);
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`WebSocket::send`]; 500 when the value cannot be serialised.
    pub async fn send_json<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        self.send(serde_json::to_string(value)?).await
    }

    /// Closes the socket, with a code and a few words for the log of the peer.
    ///
    /// # Errors
    ///
    /// 500, with the [`std::io::Error`] as its source, when the peer is gone.
    pub async fn close(&mut self, code: CloseCode, reason: &str) -> Result {
        self.say_bye(code, reason);
        self.tunnel.flush().await
    }

    /// How the socket was closed, once it was.
    pub fn close_code(&self) -> Option<CloseCode> {
        self.closed
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Message>> {
        if self.in_a_row == TURN {
            ready!(self.tunnel.poll_turn(cx));
            self.in_a_row = 0;
            // A peer that sends without end would hold up the end of the server.
            if self.tunnel.is_over() {
                self.leave();
            }
        }
        loop {
            if self.closed.is_some() {
                // The last word leaves before the end is told.
                let _ = ready!(self.tunnel.poll_flush(cx));
                return Poll::Ready(None);
            }
            match self.take_frame() {
                Ok(Some(message)) => {
                    self.in_a_row += 1;
                    return Poll::Ready(Some(message));
                }
                Ok(None) if self.closed.is_some() => continue,
                Ok(None) => {}
                Err(code) => {
                    self.fail(code);
                    continue;
                }
            }
            if self.poll_inbox(cx).is_pending() {
                self.in_a_row = 0;
                return Poll::Pending;
            }
        }
    }

    /// Waits for more bytes, or for a reason to wait no longer.
    fn poll_inbox(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.inbox.drain(..self.seen);
        // A large message has passed; what has come of the next one may be a single byte.
        if self.seen > 0 && self.inbox.len() <= KEPT && self.inbox.capacity() > KEPT {
            self.inbox.shrink_to_fit();
        }
        self.seen = 0;
        let before = self.inbox.len();
        self.inbox.resize(before + READ, 0);
        let came = self.tunnel.poll_read(cx, &mut self.inbox[before..]);
        let n = if let Poll::Ready(Ok(Came::Bytes(n))) = came { n } else { 0 };
        self.inbox.truncate(before + n);
        match ready!(came) {
            Ok(Came::Bytes(_)) => self.pinged = false,
            Ok(Came::Nothing) if self.tunnel.is_over() => self.leave(),
            Ok(Came::Nothing) if !self.pinged => {
                self.pinged = true;
                self.tunnel.push(&frame::frame(Opcode::Ping, b""));
            }
            Ok(Came::Nothing | Came::End) | Err(_) => self.closed = Some(CloseCode::LOST),
        }
        Poll::Ready(())
    }

    /// Ends the socket because the server ends.
    fn leave(&mut self) {
        if self.closed.is_none() {
            self.say_bye(CloseCode::AWAY, "");
            self.closed = Some(CloseCode::AWAY);
        }
    }

    /// Looks at the frames that have come, up to one that completes a message.
    fn take_frame(&mut self) -> Result<Option<Message>, CloseCode> {
        loop {
            let unseen = &self.inbox[self.seen..];
            let head = Head::read(unseen).map_err(|Malformed| CloseCode::PROTOCOL)?;
            let Some(head) = head else { return Ok(None) };
            let len = usize::try_from(head.len).unwrap_or(usize::MAX);
            if !head.opcode.is_control() && len > self.max_message - self.message.len() {
                return Err(CloseCode::TOO_LARGE);
            }
            let Some(data) = unseen[head.size..].get(..len) else { return Ok(None) };
            let mut data = data.to_vec();
            self.seen += head.size + len;
            frame::mask(head.mask, &mut data);
            match head.opcode {
                Opcode::Ping => self.tunnel.push(&frame::frame(Opcode::Pong, &data)),
                Opcode::Pong => {}
                Opcode::Close => {
                    self.hear_bye(&data)?;
                    return Ok(None);
                }
                opcode => {
                    if let Some(message) = self.take_data(opcode, head.last, data)? {
                        return Ok(Some(message));
                    }
                }
            }
        }
    }

    /// Puts the fragments of a message together.
    fn take_data(
        &mut self,
        opcode: Opcode,
        last: bool,
        data: Vec<u8>,
    ) -> Result<Option<Message>, CloseCode> {
        let kind = match (self.kind, opcode) {
            (Some(kind), Opcode::Continuation) => kind,
            (None, Opcode::Text | Opcode::Binary) => opcode,
            _ => return Err(CloseCode::PROTOCOL),
        };
        if self.message.is_empty() {
            self.message = data;
        } else {
            self.message.extend_from_slice(&data);
        }
        if !last {
            self.kind = Some(kind);
            return Ok(None);
        }
        self.kind = None;
        let message = std::mem::take(&mut self.message);
        match kind {
            Opcode::Text => match String::from_utf8(message) {
                Ok(text) => Ok(Some(Message::Text(text))),
                Err(_) => Err(CloseCode::NOT_TEXT),
            },
            _ => Ok(Some(Message::Binary(message))),
        }
    }

    /// The peer says good-bye: so do we.
    fn hear_bye(&mut self, data: &[u8]) -> Result<(), CloseCode> {
        let code = match data {
            [] => CloseCode::NONE,
            [first, second, reason @ ..] => {
                let code = CloseCode(u16::from_be_bytes([*first, *second]));
                if !code.may_be_sent() {
                    return Err(CloseCode::PROTOCOL);
                }
                std::str::from_utf8(reason).map_err(|_| CloseCode::NOT_TEXT)?;
                code
            }
            [_] => return Err(CloseCode::PROTOCOL),
        };
        if !self.said_bye {
            self.said_bye = true;
            self.tunnel.push(&frame::frame(Opcode::Close, &data[..data.len().min(2)]));
        }
        self.closed = Some(code);
        Ok(())
    }

    fn fail(&mut self, code: CloseCode) {
        self.say_bye(code, "");
        self.closed = Some(code);
    }

    fn say_bye(&mut self, code: CloseCode, reason: &str) {
        if self.said_bye {
            return;
        }
        self.said_bye = true;
        let mut data = code.0.to_be_bytes().to_vec();
        // With its code it must fit into a frame of control.
        let mut end = reason.len().min(123);
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        data.extend_from_slice(&reason.as_bytes()[..end]);
        self.tunnel.push(&frame::frame(Opcode::Close, &data));
    }
}

impl Drop for WebSocket<'_> {
    fn drop(&mut self) {
        if self.closed.is_some() || self.said_bye {
            return;
        }
        // It leaves with what the connection sends last. A panic may be caught before the connection hears of it.
        if thread::panicking() {
            self.say_bye(CloseCode::FAILED, "");
        } else {
            self.tunnel.say_last(|failed| {
                frame::frame(Opcode::Close, &CloseCode::of_outcome(failed).0.to_be_bytes())
            });
        }
    }
}

impl fmt::Debug for WebSocket<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocket").field("closed", &self.closed).finish_non_exhaustive()
    }
}
