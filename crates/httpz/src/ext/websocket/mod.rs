//! WebSocket (RFC 6455): messages both ways over a connection that began as a request.
//!
//! What the protocol wants is done here: pings are answered and sent, fragments put together, texts
//! checked, closes echoed, and a shutdown of the server told to the peer. Handlers see messages.
//! `frame` knows the bytes, `handshake` the proof of the key; no extension is spoken.

mod frame;
mod handshake;

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, ready};

use httpz_core::{Came, Tunnel};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Method, Request, Response, Result};
use frame::{Head, Malformed, Opcode};

/// Bytes that are read at a time.
const READ: usize = 16 * 1024;

/// Memory for what comes that is kept from one message to the next.
const KEPT: usize = 64 * 1024;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A text.
    Text(String),
    /// Bytes.
    Binary(Vec<u8>),
}

impl Message {
    /// The text; `None` of one that is bytes.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Binary(_) => None,
        }
    }

    /// The bytes, of a text as well.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }

    /// The message read as JSON.
    ///
    /// # Errors
    ///
    /// 400 when it is not such JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(self.as_bytes())
            .map_err(|error| Error::status(400, format!("malformed JSON: {error}")))
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Vec<u8>> for Message {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Binary(bytes)
    }
}

/// Why a socket was closed (RFC 6455 §7.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloseCode(pub u16);

impl CloseCode {
    /// All has been said.
    pub const NORMAL: Self = Self(1000);
    /// A side is leaving, as a server that shuts down.
    pub const AWAY: Self = Self(1001);
    /// The protocol was broken.
    pub const PROTOCOL: Self = Self(1002);
    /// The peer gave no reason.
    pub const NONE: Self = Self(1005);
    /// The connection ended without a word.
    pub const LOST: Self = Self(1006);
    /// A text that is not UTF-8.
    pub const NOT_TEXT: Self = Self(1007);
    /// A message that is too large.
    pub const TOO_LARGE: Self = Self(1009);

    /// May a peer send it?
    fn may_be_sent(self) -> bool {
        matches!(self.0, 1000..=1003 | 1007..=1014 | 3000..=4999)
    }
}

type Test = Box<dyn Fn(&str) -> bool>;

/// Which sockets are accepted, and how; [`WebSocket::accept`] does with what is usual.
#[must_use = "`Accept::socket` accepts one"]
pub struct Accept {
    max_message: usize,
    origin: Option<Test>,
    protocols: &'static [&'static str],
}

impl Default for Accept {
    fn default() -> Self {
        Self::new()
    }
}

impl Accept {
    /// Messages of up to 1 MiB, from pages of this very host and from what is no browser.
    pub fn new() -> Self {
        Self { max_message: 1024 * 1024, origin: None, protocols: &[] }
    }

    /// Takes messages of up to so many bytes; a larger one closes the socket with 1009.
    pub fn max_message(mut self, bytes: usize) -> Self {
        self.max_message = bytes;
        self
    }

    /// Takes sockets of pages of every origin. A page of anybody can then act for its visitor as far
    /// as cookies go.
    pub fn any_origin(self) -> Self {
        self.origin_if(|_| true)
    }

    /// Takes sockets of pages of origins of which this says yes.
    pub fn origin_if(mut self, test: impl Fn(&str) -> bool + 'static) -> Self {
        self.origin = Some(Box::new(test));
        self
    }

    /// Agrees on the first of these subprotocols that the client names; on none when it names none of
    /// them.
    pub fn protocols(mut self, protocols: &'static [&'static str]) -> Self {
        self.protocols = protocols;
        self
    }

    /// Accepts the socket that the request asks for.
    ///
    /// # Errors
    ///
    /// 426 when it asks for none, 400 when it asks wrongly, 403 when it comes from a page of an origin
    /// that is not taken; otherwise as for [`Response::upgrade`].
    pub async fn socket<'a>(
        self,
        req: &'a Request,
        res: &'a mut Response,
    ) -> Result<WebSocket<'a>> {
        let header = |name| req.header(name).unwrap_or_default();
        if req.header("upgrade").is_some() {
            if header("sec-websocket-version") != "13" {
                res.header("Sec-WebSocket-Version", "13").keep_headers();
                return Err(Error::status(426, "version 13 of WebSocket is spoken here"));
            }
            if req.method() != Method::Get || !handshake::is_key(header("sec-websocket-key")) {
                return Err(Error::status(400, "malformed WebSocket handshake"));
            }
            self.check_origin(req)?;
            res.header("Sec-WebSocket-Accept", handshake::accept(header("sec-websocket-key")));
            if let Some(protocol) = self.protocol(header("sec-websocket-protocol")) {
                res.header("Sec-WebSocket-Protocol", protocol);
            }
        }
        let tunnel = res.upgrade(req, "websocket").await?;
        Ok(WebSocket {
            tunnel,
            max_message: self.max_message,
            inbox: Vec::new(),
            seen: 0,
            message: Vec::new(),
            kind: None,
            pinged: false,
            closed: None,
            said_bye: false,
        })
    }

    fn protocol(&self, wanted: &str) -> Option<&'static str> {
        let mut wanted = wanted.split(',').map(|item| item.trim_matches([' ', '\t']));
        wanted.find_map(|item| self.protocols.iter().copied().find(|protocol| *protocol == item))
    }

    /// Browsers let every page ask, and say which asks; cookies come along.
    fn check_origin(&self, req: &Request) -> Result {
        let Some(origin) = req.header("origin") else { return Ok(()) };
        let taken = match &self.origin {
            Some(test) => test(origin),
            None => {
                origin.split_once("://").map(|(_, host)| host.to_ascii_lowercase())
                    == req.host().map(str::to_ascii_lowercase)
            }
        };
        if taken {
            return Ok(());
        }
        Err(Error::status(403, "pages of this origin are not served"))
    }
}

impl fmt::Debug for Accept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accept")
            .field("max_message", &self.max_message)
            .field("protocols", &self.protocols)
            .finish_non_exhaustive()
    }
}

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
/// # httpz::App::new((), |r| r.mount(routes![echo])).build().unwrap();
/// ```
///
/// When the handler returns, the peer is told good-bye.
pub struct WebSocket<'a> {
    tunnel: Tunnel<'a>,
    max_message: usize,
    /// What has come, and how much of it has been looked at.
    inbox: Vec<u8>,
    seen: usize,
    /// The fragments of a message so far, and what it will be.
    message: Vec<u8>,
    kind: Option<Opcode>,
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
    /// Accepts the socket that the request asks for, from pages of this very host and from what is no
    /// browser. See [`Accept`] for more.
    ///
    /// # Errors
    ///
    /// As for [`Accept::socket`].
    pub async fn accept(req: &'a Request, res: &'a mut Response) -> Result<WebSocket<'a>> {
        Accept::new().socket(req, res).await
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
    /// As that of `other`, which is dropped when a message comes first.
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
    /// 500 when the socket has been closed, an I/O error when the peer is gone.
    ///
    /// # Cancel safety
    ///
    /// Once the future was polled, the message is in the outgoing buffer and will be sent whole.
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

    /// Sends `value` as JSON.
    ///
    /// # Errors
    ///
    /// As for [`WebSocket::send`]; 500 when the value cannot be serialised.
    pub async fn send_json<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        self.send(serde_json::to_string(value)?).await
    }

    /// Tells the peer good-bye, with a code and a few words for its log.
    ///
    /// # Errors
    ///
    /// An I/O error when the peer is gone.
    pub async fn close(&mut self, code: CloseCode, reason: &str) -> Result {
        self.say_bye(code, reason);
        self.tunnel.flush().await
    }

    /// How the socket was closed, once it was.
    pub fn close_code(&self) -> Option<CloseCode> {
        self.closed
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Message>> {
        loop {
            if self.closed.is_some() {
                // The last word leaves before the end is told.
                let _ = ready!(self.tunnel.poll_flush(cx));
                return Poll::Ready(None);
            }
            match self.take_frame() {
                Ok(Some(message)) => return Poll::Ready(Some(message)),
                Ok(None) if self.closed.is_some() => continue,
                Ok(None) => {}
                Err(code) => {
                    self.fail(code);
                    continue;
                }
            }
            ready!(self.poll_inbox(cx));
        }
    }

    /// Waits for more bytes, or for a reason to wait no longer.
    fn poll_inbox(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.inbox.drain(..self.seen);
        self.seen = 0;
        if self.inbox.is_empty() && self.inbox.capacity() > KEPT {
            self.inbox = Vec::new();
        }
        let before = self.inbox.len();
        self.inbox.resize(before + READ, 0);
        let came = self.tunnel.poll_read(cx, &mut self.inbox[before..]);
        let n = if let Poll::Ready(Ok(Came::Bytes(n))) = came { n } else { 0 };
        self.inbox.truncate(before + n);
        match ready!(came) {
            Ok(Came::Bytes(_)) => self.pinged = false,
            Ok(Came::Nothing) if self.tunnel.is_over() => {
                self.say_bye(CloseCode::AWAY, "");
                self.closed = Some(CloseCode::AWAY);
            }
            Ok(Came::Nothing) if !self.pinged => {
                self.pinged = true;
                self.tunnel.push(&frame::frame(Opcode::Ping, b""));
            }
            Ok(Came::Nothing | Came::End) | Err(_) => self.closed = Some(CloseCode::LOST),
        }
        Poll::Ready(())
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
        // It leaves with what the connection sends last.
        if self.closed.is_none() {
            self.say_bye(CloseCode::NORMAL, "");
        }
    }
}

impl fmt::Debug for WebSocket<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocket").field("closed", &self.closed).finish_non_exhaustive()
    }
}
