//! The request as a handler sees it.
//!
//! It owns the inbound buffer its head was parsed in, and refers to it by offset: no lifetime, no
//! generic parameter, nothing copied. Handlers get `&Request`; what changes while a request is
//! handled (a late body, the parsed query) sits in cells.

use std::cell::OnceCell;
use std::fmt;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use serde::Deserialize;
use smallvec::SmallVec;

use super::ambient::{Ambient, Phase};
use super::ascii;
use super::body::{Incoming, Piece};
use super::link::Link;
use super::proxies::Proxies;
use super::query::{PairTable, Pairs};
use crate::error::{Error, Result};
use crate::memory::{Arena, Inbound, Sizes};
use crate::proto::{
    Framing, Head, Limits, Method, ProtocolError, Span, Status, TargetForm, Version, encode,
    percent,
};
use crate::wire::Wait;

/// A request: what is asked, by whom, with which body.
pub struct Request {
    pub(crate) inbound: Inbound,
    pub(crate) head: Head,
    pub(crate) incoming: Incoming,
    limits: Rc<Limits>,
    ambient: Rc<Ambient>,
    link: Rc<Link>,
    /// The path with its harmless escapes undone, when it had any.
    normal: String,
    names: &'static [&'static str],
    values: SmallVec<[Span; 8]>,
    /// The values of a target with escapes; forgotten when the next one of its kind comes.
    decoded: OnceCell<Decoded>,
    query: OnceCell<PairTable>,
    form: OnceCell<PairTable>,
    arena: Arena,
}

/// Path parameters, decoded.
#[derive(Default)]
struct Decoded {
    text: String,
    places: SmallVec<[Span; 8]>,
}

impl Decoded {
    fn get(&self, index: usize) -> Option<&str> {
        self.text.get(self.places.get(index).map(|s| s.at as usize..s.end())?)
    }
}

impl Request {
    pub(crate) fn pooled(
        sizes: &Sizes,
        limits: Rc<Limits>,
        ambient: Rc<Ambient>,
        link: Rc<Link>,
    ) -> Self {
        Self {
            inbound: Inbound::new(sizes.inbound),
            head: Head::with_capacity(sizes.request_fields),
            incoming: Incoming::default(),
            limits,
            ambient,
            link,
            normal: String::new(),
            names: &[],
            values: SmallVec::new(),
            decoded: OnceCell::new(),
            query: OnceCell::new(),
            form: OnceCell::new(),
            arena: Arena::default(),
        }
    }

    /// What is asked to be done.
    #[inline]
    pub fn method(&self) -> Method {
        self.head.method
    }

    /// The version of the protocol that the peer speaks.
    pub fn version(&self) -> Version {
        self.head.version
    }

    /// The target as it was sent, with its query.
    pub fn target(&self) -> &str {
        self.text(self.head.target.raw)
    }

    /// The path as it was sent, without the query: `/caf%C3%A9`. `*` for `OPTIONS *`, empty for
    /// CONNECT.
    #[inline]
    pub fn path(&self) -> &str {
        let target = &self.head.target;
        if target.path.len == 0 && target.form == TargetForm::Absolute {
            return "/";
        }
        self.text(target.path)
    }

    /// The query as it was sent, without the `?`; empty when there is none.
    pub fn query_string(&self) -> &str {
        self.head.target.query.map_or("", |span| self.text(span))
    }

    /// The host the request is for: of an absolute target, else the `Host` field.
    pub fn host(&self) -> Option<&str> {
        match self.head.target.authority {
            Some(span) => Some(self.text(span)),
            None => self.header("host"),
        }
    }

    /// The first value of a field, whatever the casing of its name; `None` when it is absent or not
    /// UTF-8.
    ///
    /// ```
    /// # use httpz_core::{Method, Request};
    /// let req = Request::build(Method::Get, "/", &[("Accept", "text/html")], b"")?;
    /// assert_eq!(req.header("accept"), Some("text/html"));
    /// # Ok::<(), httpz_core::Error>(())
    /// ```
    #[inline]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.header_bytes(name).and_then(|value| std::str::from_utf8(value).ok())
    }

    /// The first value of a field as bytes.
    #[inline]
    pub fn header_bytes(&self, name: &str) -> Option<&[u8]> {
        self.headers_all(name).next()
    }

    /// Every value of a field, in order.
    #[inline]
    pub fn headers_all(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.head.fields.all(self.inbound.buffer(), name)
    }

    /// Names, with the casing they were sent in, and values of all fields, in order.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let fields = self.head.fields.iter(self.inbound.buffer());
        fields.map(|(name, value)| (std::str::from_utf8(name).unwrap_or_default(), value))
    }

    /// The value of a path parameter, decoded.
    #[inline]
    pub fn param(&self, name: &str) -> Option<&str> {
        let index = self.names.iter().position(|other| *other == name)?;
        self.param_at(index)
    }

    /// The value of the path parameter with this place in the route's pattern, decoded.
    #[inline]
    pub fn param_at(&self, index: usize) -> Option<&str> {
        if self.head.target.escaped {
            return self.decoded.get_or_init(|| self.decode_params()).get(index);
        }
        self.route_path().get(self.values.get(index).map(|s| s.at as usize..s.end())?)
    }

    #[cold]
    fn decode_params(&self) -> Decoded {
        let mut decoded = Decoded::default();
        for span in &self.values {
            let raw = self.route_path().get(span.at as usize..span.end()).unwrap_or_default();
            let at = decoded.text.len();
            // What is left after `route_path` are escaped ASCII characters; they decode.
            if percent::decode(raw.as_bytes(), false, &mut decoded.text).is_err() {
                decoded.text.truncate(at);
                decoded.text.push_str(raw);
            }
            decoded.places.push(Span::new(at, decoded.text.len() - at));
        }
        decoded
    }

    /// Names and values of the path parameters, in the order of the pattern.
    pub fn params(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let names = self.names.iter().enumerate();
        names.filter_map(|(i, name)| Some((*name, self.param_at(i)?)))
    }

    /// The parameters of the query, decoded at the first call and kept.
    ///
    /// # Errors
    ///
    /// 400 when an escape is malformed or there are more than `Limits::query_pairs`.
    pub fn query(&self) -> Result<Pairs<'_>> {
        let span = self.head.target.query.unwrap_or_default();
        let buf = self.inbound.buffer();
        Ok(Pairs::new(self.pairs(&self.query, buf, span)?, buf))
    }

    /// The parameters of a form in the body, decoded at the first call and kept.
    ///
    /// # Errors
    ///
    /// 400 as for [`Request::query`].
    pub fn form(&self) -> Result<Pairs<'_>> {
        let buf = self.body().unwrap_or_default();
        Ok(Pairs::new(self.pairs(&self.form, buf, Span::new(0, buf.len()))?, buf))
    }

    fn pairs<'a>(
        &self,
        kept: &'a OnceCell<PairTable>,
        buf: &[u8],
        span: Span,
    ) -> Result<&'a PairTable> {
        if let Some(table) = kept.get() {
            return Ok(table);
        }
        let table = PairTable::parse(buf, span, self.limits.query_pairs)?;
        Ok(kept.get_or_init(|| table))
    }

    /// The body; `None` when there is none or it has not been read yet.
    #[inline]
    pub fn body(&self) -> Option<&[u8]> {
        self.incoming.bytes(&self.inbound)
    }

    /// The body read as JSON, whatever its content type says. May borrow from the request.
    ///
    /// # Errors
    ///
    /// 400 when there is no body or it is not such JSON; the text says where. 500 when a string with
    /// escapes is to be borrowed as a `&str`, which it cannot; take a `String` or a borrowed
    /// [`Cow`](std::borrow::Cow).
    #[inline]
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T> {
        read_json(self.body().unwrap_or_default())
    }

    /// The body read as any JSON; `None` when there is none.
    ///
    /// # Errors
    ///
    /// 400 when it is not JSON.
    pub fn json_value(&self) -> Result<Option<serde_json::Value>> {
        self.body().map(|_| self.json()).transpose()
    }

    /// The body read as a JSON object; `None` when there is no body or it is another kind of JSON.
    ///
    /// # Errors
    ///
    /// 400 when it is not JSON.
    pub fn json_object(&self) -> Result<Option<serde_json::Map<String, serde_json::Value>>> {
        Ok(match self.json_value()? {
            Some(serde_json::Value::Object(object)) => Some(object),
            _ => None,
        })
    }

    /// The address of the peer; `None` over unix sockets and in tests.
    pub fn peer_addr(&self) -> Option<SocketAddr> {
        self.link.wire()?.peer_addr()
    }

    /// Has the server been told to end, so that whoever chooses among several should choose another?
    ///
    /// True from the first phase of the shutdown on; see
    /// [`ShutdownConfig`](crate::server::ShutdownConfig).
    pub fn is_draining(&self) -> bool {
        self.ambient.phase() != Phase::Serving
    }

    /// Whose word about the client is taken.
    pub(super) fn proxies(&self) -> &Proxies {
        self.ambient.proxies()
    }

    /// Memory that lives as long as this request.
    pub fn arena(&self) -> &Arena {
        &self.arena
    }

    /// Is the body here, so that [`Request::body`] tells all?
    #[doc(hidden)]
    #[inline]
    pub fn body_ready(&self) -> bool {
        self.incoming.is_ready()
    }

    /// Reads the body, if it is still on the wire; within the limits, once.
    ///
    /// # Errors
    ///
    /// 413 over the limit, 408 when it comes too slowly, 400 when it is malformed or cut short.
    ///
    /// # Cancel safety
    ///
    /// What has been read stays; calling again goes on behind it.
    #[doc(hidden)]
    pub async fn read_body(&self) -> Result {
        if self.body_ready() {
            return Ok(());
        }
        let Some(wire) = self.link.wire() else { return Ok(()) };
        poll_fn(|cx| self.poll_continue(cx)).await?;
        wire.wait(Wait::Body);
        let read = poll_fn(|cx| self.incoming.poll_read(cx, &*wire)).await;
        wire.wait(Wait::Nothing);
        Ok(read?)
    }

    /// Tells a peer that holds its body back to go on, unless that body would be refused.
    fn poll_continue(&self, cx: &mut Context<'_>) -> Poll<Result<(), ProtocolError>> {
        if self.incoming.fault().is_none() && self.link.release() {
            self.link.outbound().buf().extend_from_slice(encode::CONTINUE);
        }
        self.link.poll_flush(cx).map_err(|_| ProtocolError::CutShort)
    }

    /// The next part of the body, for who reads it part by part; see `Incoming::poll_piece`.
    #[doc(hidden)]
    pub fn poll_piece<'a>(
        &'a self,
        cx: &mut Context<'_>,
        buf: &mut Vec<u8>,
    ) -> Poll<Result<Piece<'a>>> {
        // A request without a wire, as tests make it, has its body in memory.
        let Some(wire) = self.link.wire() else {
            return Poll::Ready(Ok(self.incoming.hand_out_here(&self.inbound)));
        };
        if !self.body_ready() {
            ready!(self.poll_continue(cx))?;
        }
        self.incoming.poll_piece(cx, &*wire, &self.inbound, buf).map_err(Error::from)
    }

    /// How long the body is, as far as the head says it; `None` for one in chunks.
    #[doc(hidden)]
    pub fn body_length(&self) -> Option<u64> {
        match self.head.framing {
            Framing::Empty => Some(0),
            Framing::Counted(n) => Some(n),
            Framing::Chunked => None,
        }
    }

    /// Holds the body to another limit than `Limits::body`; a body over it is a fault for whoever
    /// reads it. Does nothing once the reading has begun.
    #[doc(hidden)]
    pub fn limit_body(&self, bytes: u64) {
        self.incoming.limit(&self.head, &self.inbound, bytes, &self.link);
    }

    /// The limit that a body was found to be over.
    #[doc(hidden)]
    pub fn exceeded_limit(&self) -> u64 {
        self.incoming.late_limit()
    }

    /// The path that routes are matched against: [`Request::path`] with the escapes of unreserved
    /// characters and of UTF-8 octets undone.
    #[doc(hidden)]
    #[inline]
    pub fn route_path(&self) -> &str {
        if self.head.target.escaped { &self.normal } else { self.path() }
    }

    /// Sets the path parameters: the names of the route and their places in
    /// [`Request::route_path`].
    #[doc(hidden)]
    #[inline]
    pub fn set_params(
        &mut self,
        names: &'static [&'static str],
        places: impl Iterator<Item = (usize, usize)>,
    ) {
        self.names = names;
        self.values.clear();
        self.values.extend(places.map(|(at, len)| Span::new(at, len)));
    }

    /// A part of the target.
    #[inline]
    fn text(&self, span: Span) -> &str {
        ascii::text(self.inbound.buffer(), span)
    }

    // ---- what the connection does with it

    /// Reads the next head from what has been received; `Ok(false)` when more bytes are needed.
    #[inline]
    pub(crate) fn parse(&mut self, at_end: bool) -> Result<bool, ProtocolError> {
        let Self { head, inbound, limits, .. } = self;
        if !head.parse(inbound.bytes(), inbound.start(), limits, at_end)? {
            return Ok(false);
        }
        if self.head.target.escaped {
            self.normalise()?;
        }
        self.incoming.begin(&self.head, &self.inbound, self.limits.body, &self.link);
        Ok(true)
    }

    #[cold]
    fn normalise(&mut self) -> Result<(), ProtocolError> {
        let path = self.head.target.path.of_bytes(self.inbound.buffer());
        self.normal = percent::normalise_path(path)?;
        self.decoded.take();
        Ok(())
    }

    /// Is there anything of a request here, be it bytes or a head?
    #[inline]
    pub(crate) fn is_begun(&self) -> bool {
        self.head.len > 0 || !self.inbound.is_empty()
    }

    /// Ends the current request and makes ready for the next one behind it.
    // Three calls, of which one is for every request.
    #[inline(always)]
    pub(crate) fn end(&mut self) {
        // The spans of the head go before the bytes they mean.
        self.head.clear();
        self.incoming.end(&mut self.inbound);
        self.names = &[];
        if self.query.get().is_some() || self.form.get().is_some() {
            self.forget_pairs();
        }
        self.arena.reset(Sizes::KEPT_ARENA);
    }

    #[cold]
    fn forget_pairs(&mut self) {
        self.query.take();
        self.form.take();
    }

    /// Ends the current request where it is, and forgets what came behind it.
    #[cold]
    pub(crate) fn abandon(&mut self) {
        self.end();
        self.inbound.clear();
    }

    /// Gives up memory that only large bodies need.
    pub(crate) fn slim(&mut self) {
        self.incoming.slim();
    }

    // ---- for tests

    /// A GET request for `target`, as it would come over the wire. For tests.
    ///
    /// # Panics
    ///
    /// When the target is malformed.
    pub fn get(target: &str) -> Self {
        Self::build(Method::Get, target, &[], b"").expect("the target is well-formed")
    }

    /// A request as it would come over the wire, read by the real parser. For tests.
    ///
    /// `Host` and `Content-Length` are added when they are missing and needed.
    ///
    /// # Errors
    ///
    /// What the server would answer to such a request.
    pub fn build(
        method: Method,
        target: &str,
        fields: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Self> {
        Self::from_bytes(&encode::request(method, target, fields, body))
    }

    /// A request read from these bytes. For tests.
    ///
    /// # Errors
    ///
    /// What the server would answer to such bytes; 400 when they are not a whole request.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let ambient = Rc::new(Ambient::new(0));
        Ok(Self::read(bytes, Sizes::default(), Rc::default(), ambient, Rc::default())?)
    }

    /// A whole request read from these bytes.
    pub(crate) fn read(
        bytes: &[u8],
        sizes: Sizes,
        limits: Rc<Limits>,
        ambient: Rc<Ambient>,
        link: Rc<Link>,
    ) -> Result<Self, ProtocolError> {
        let sizes = Sizes { inbound: bytes.len().max(1), ..sizes };
        let mut req = Self::pooled(&sizes, limits, ambient, link);
        req.inbound.refill(bytes);
        match req.parse(true)? {
            true if req.body_ready() => Ok(req),
            _ => Err(req.incoming.fault().unwrap_or(ProtocolError::CutShort)),
        }
    }

    /// Sets path parameters by hand, in place of those that a route has captured. For tests.
    ///
    /// ```
    /// # use httpz_core::Request;
    /// let mut req = Request::get("/");
    /// req.pretend_params(&[("id", "7"), ("name", "100%")]);
    /// assert_eq!((req.param("name"), req.path()), (Some("100%"), "/"));
    /// ```
    pub fn pretend_params(&mut self, params: &[(&str, &str)]) {
        // Parameters are places in the path that routes are matched against: there they go.
        let mut path = self.route_path().to_owned();
        let (mut names, mut places) = (Vec::<&'static str>::new(), Vec::new());
        for (name, value) in params {
            let value = value.replace('%', "%25");
            names.push(name.to_string().leak());
            places.push((path.len(), value.len()));
            path.push_str(&value);
        }
        self.normal = path;
        self.head.target.escaped = true;
        self.decoded.take();
        self.set_params(names.leak(), places.into_iter());
    }
}

/// A body read as JSON.
#[doc(hidden)]
#[inline]
pub fn read_json<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| refusal(bytes, &error))
}

#[cold]
fn refusal(bytes: &[u8], error: &serde_json::Error) -> Error {
    if bytes.is_empty() {
        return Error::status(400, "there is no body; JSON is expected");
    }
    if !error.is_data() {
        return Error::status(400, format!("malformed JSON: {error}"));
    }
    let text = error.to_string();
    let (what, _) = text.rsplit_once(" at line ").unwrap_or((&text, ""));
    // The client is right: a string with escapes must be decoded, and so cannot be borrowed.
    if what.starts_with("invalid type: string") && what.ends_with(", expected a borrowed string") {
        let mend = "a JSON string with escapes cannot be a `&str`; take a `String`, or a `Cow<'_, str>` \
                    with `#[serde(borrow)]`";
        return Error::status(500, Status::INTERNAL_SERVER_ERROR.reason()).with_source(mend);
    }
    Error::status(400, format!("unexpected JSON: {text}"))
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method())
            .field("target", &self.target())
            .field("version", &self.version())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_was_asked() {
        let req = Request::build(
            Method::Post,
            "/caf%C3%A9/a%2Fb?q=1",
            &[("X-Tag", "One"), ("x-tag", "two")],
            b"{\"n\":1}",
        )
        .unwrap();
        assert_eq!(req.path(), "/caf%C3%A9/a%2Fb");
        assert_eq!(req.route_path(), "/café/a%2Fb");
        assert_eq!(req.query_string(), "q=1");
        assert_eq!(req.header("X-TAG"), Some("One"));
        assert_eq!(req.headers_all("x-tag").count(), 2);
        assert_eq!(req.json_object().unwrap().unwrap()["n"], 1);
        assert_eq!(req.host(), Some("localhost"));
    }

    #[test]
    fn decodes_params_in_full() {
        let mut req = Request::get("/caf%C3%A9/a%2Fb");
        // "/café/a%2Fb": é has two bytes.
        req.set_params(&["one", "two"], [(1, 5), (7, 5)].into_iter());
        assert_eq!(req.param("one"), Some("café"));
        assert_eq!(req.param("two"), Some("a/b"));
        assert_eq!(req.param("three"), None);
        assert_eq!(req.params().count(), 2);
    }

    #[test]
    fn a_body_that_is_absent_is_none_and_no_json() {
        let req = Request::get("/");
        assert_eq!(req.body(), None);
        assert_eq!(req.json_value().unwrap(), None);
        assert_eq!(req.json::<u8>().unwrap_err().code(), 400);
    }

    #[test]
    fn says_what_is_wrong_with_json_and_whose_fault_it_is() {
        let refused = |body: &str| {
            let error = read_json::<Vec<&str>>(body.as_bytes()).unwrap_err();
            (error.code(), error.chain().to_string())
        };
        for (body, code, text) in [
            ("", 400, "there is no body; JSON is expected"),
            ("[", 400, "malformed JSON: EOF while parsing a list at line 1 column 1"),
            ("[1]", 400, "unexpected JSON: invalid type: integer `1`, expected a borrowed string"),
            (r#"["\n"]"#, 500, "a JSON string with escapes cannot be a `&str`"),
        ] {
            let (got, chain) = refused(body);
            assert!(got == code && chain.starts_with(text), "{body}: {got} {chain}");
        }
        // What a client puts into a string is not taken for our words.
        let error = read_json::<u8>(br#""x, expected a borrowed string at line ""#).unwrap_err();
        assert_eq!(error.code(), 400);
    }

    #[test]
    fn an_absolute_target_outranks_the_host_field() {
        let req = Request::build(Method::Get, "http://a.example", &[("Host", "b")], b"").unwrap();
        assert_eq!((req.host(), req.path()), (Some("a.example"), "/"));
    }

    #[test]
    fn reads_forms_and_queries_once() {
        let req = Request::build(Method::Post, "/?a=1", &[], b"b=2&c=%20").unwrap();
        assert_eq!(req.query().unwrap().get("a"), Some("1"));
        assert_eq!(req.form().unwrap().get("c"), Some(" "));
    }
}
