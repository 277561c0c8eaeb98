//! Which sockets are accepted, and the handshake that does it (RFC 6455 §4.2).

use std::fmt;

use super::handshake;
use super::socket::WebSocket;
use crate::{Error, Method, Request, Response, Result};

type Test = Box<dyn Fn(&str) -> bool>;

/// Which sockets are accepted, and how; [`WebSocket::accept`] does with what is usual.
///
/// ```
/// use httpz::ext::websocket::{Accept, Message};
/// use httpz::prelude::*;
///
/// /// Says small texts back, to pages of two origins.
/// #[get("/echo")]
/// async fn echo(req: &Request, res: &mut Response) -> Result {
///     let pages = ["https://shop.example", "https://admin.example"];
///     let accept = Accept::new()
///         .origin_if(move |origin| pages.contains(&origin))
///         .protocols(&["echo.v2", "echo.v1"])
///         .max_message(4 * 1024);
///     let mut socket = accept.socket(req, res).await?;
///     while let Some(message) = socket.next().await {
///         if let Message::Text(text) = message {
///             socket.send(text.as_str()).await?;
///         }
///     }
///     Ok(())
/// }
///
/// let app = App::new((), |r| r.mount(routes![echo]));
/// # let client = httpz::testing::Client::new(app).header("origin", "https://shop.example");
/// # let ask = client.request(Method::Get, "/echo").header("connection", "upgrade");
/// # let ask = ask.header("upgrade", "websocket").header("sec-websocket-version", "13");
/// # let ask = ask.header("sec-websocket-protocol", "echo.v1, echo.v3");
/// # let live = ask.header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==").open().status(101);
/// # live.header("sec-websocket-protocol", "echo.v1");
/// ```
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

    /// Accepts messages of up to this many bytes; a larger one closes the socket with 1009.
    pub fn max_message(mut self, bytes: usize) -> Self {
        self.max_message = bytes;
        self
    }

    /// Accepts sockets from pages of every origin. Any page can then act for its visitor, with the visitor's cookies.
    pub fn any_origin(self) -> Self {
        self.origin_if(|_| true)
    }

    /// Accepts sockets from the pages of those origins for which this says yes.
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
    /// 426 when it asks for none or for another version, 400 when it asks wrongly, 403 when it comes from a
    /// page of an origin that is not taken; otherwise as for [`Response::upgrade`]. Where it asks and is
    /// refused, the connection ends with the answer: what the peer may have sent behind are frames.
    pub async fn socket<'a>(
        self,
        req: &'a Request,
        res: &'a mut Response,
    ) -> Result<WebSocket<'a>> {
        if req.header("upgrade").is_some() {
            if let Err(error) = self.check(req, res) {
                res.close();
                return Err(error);
            }
            let header = |name| req.header(name).unwrap_or_default();
            res.header("Sec-WebSocket-Accept", handshake::accept(header("sec-websocket-key")));
            if let Some(protocol) = self.protocol(header("sec-websocket-protocol")) {
                res.header("Sec-WebSocket-Protocol", protocol);
            }
        }
        let tunnel = res.upgrade(req, "websocket").await?;
        Ok(WebSocket::over(tunnel, self.max_message))
    }

    /// Is it a handshake as it should be, by somebody who may?
    fn check(&self, req: &Request, res: &mut Response) -> Result {
        let header = |name| req.header(name).unwrap_or_default();
        if header("sec-websocket-version") != "13" {
            res.header("Sec-WebSocket-Version", "13");
            // RFC 9110 §15.5.22.
            res.header("Connection", "upgrade").header("Upgrade", "websocket").keep_headers();
            return Err(Error::status(426, "version 13 of WebSocket is spoken here"));
        }
        if req.method() != Method::Get || !handshake::is_key(header("sec-websocket-key")) {
            return Err(Error::status(400, "malformed WebSocket handshake"));
        }
        self.check_origin(req)
    }

    fn protocol(&self, wanted: &str) -> Option<&'static str> {
        let mut wanted = wanted.split(',').map(|item| item.trim_matches([' ', '\t']));
        wanted.find_map(|item| self.protocols.iter().copied().find(|protocol| *protocol == item))
    }

    /// Browsers let every page ask, and say which asks; cookies come along.
    fn check_origin(&self, req: &Request) -> Result {
        let Some(origin) = req.header_bytes("origin") else { return Ok(()) };
        let origin = std::str::from_utf8(origin).unwrap_or_default();
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
}
