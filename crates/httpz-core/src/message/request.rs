//! The request as a handler sees it.
//!
//! It owns the inbound buffer its head was parsed in, and refers to it by offset: no lifetime, no
//! generic parameter, nothing copied. Handlers get `&Request`; what changes while a request is
//! handled (a late body, the parsed query) sits in cells.
//!
//! Here is what the head says and how a request begins and ends. The parameters of its route are in
//! `request/params.rs`, its body is in `request/body.rs`, the name that logs know it by in `request/id.rs`, and tests
//! make requests in `request/made.rs`.

mod body;
mod id;
mod made;
mod params;

use std::cell::OnceCell;
use std::fmt;
use std::net::SocketAddr;
use std::rc::Rc;

use smallvec::SmallVec;

use self::params::Decoded;
use super::ambient::{Ambient, Phase};
use super::ascii;
use super::body::Incoming;
use super::link::Link;
use super::pooled::{PooledFuture, Slots};
use super::proxies::Proxies;
use super::query::{PairTable, Pairs};
use crate::error::Result;
use crate::memory::{Arena, Inbound, Sizes};
use crate::proto::{Head, Limits, Method, ProtocolError, Span, TargetForm, Version, percent};

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
    /// Emptied with the arena.
    id: OnceCell<Box<str>>,
    arena: Rc<Arena>,
    slots: Slots,
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
            arena: link.arena(),
            link,
            normal: String::new(),
            names: &[],
            values: SmallVec::new(),
            decoded: OnceCell::new(),
            query: OnceCell::new(),
            form: OnceCell::new(),
            id: OnceCell::new(),
            slots: Slots::default(),
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
    ///
    /// Do not decide by it who may come in: `/%61dmin` leads to the same route as `/admin`. A guard of the
    /// group stands before the route itself and cannot be passed by like that.
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

    /// The host that the request is for: from an absolute target, else from the `Host` field.
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

    /// The parameters of the query, decoded at the first call and kept.
    ///
    /// # Errors
    ///
    /// 400 when an escape is malformed, or there are more parameters than `request.max_query_count`.
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

    /// The address of the peer; `None` over unix sockets and in tests.
    pub fn peer_addr(&self) -> Option<SocketAddr> {
        self.link.wire()?.peer_addr()
    }

    /// Is the connection itself encrypted?
    pub(super) fn comes_encrypted(&self) -> bool {
        self.link.wire().is_some_and(|wire| wire.is_secure())
    }

    /// Is the server shutting down, so that a load balancer should send requests elsewhere?
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

    /// Memory that lives as long as this request; [`Response::arena`](crate::Response::arena) is the
    /// same.
    pub fn arena(&self) -> &Arena {
        &self.arena
    }

    /// Puts a future into memory of this exchange.
    #[inline]
    pub(crate) fn pool_future<'a, T>(
        &'a self,
        future: impl Future<Output = T> + 'a,
    ) -> PooledFuture<'a, T> {
        PooledFuture::within(&self.slots, future)
    }

    /// A part of the target.
    #[inline]
    fn text(&self, span: Span) -> &str {
        ascii::text(self.inbound.buffer(), span)
    }

    // ---- for the connection

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

    /// Is there anything of a request here, bytes or a parsed head?
    #[inline]
    pub(crate) fn is_begun(&self) -> bool {
        self.head.len > 0 || !self.inbound.is_empty()
    }

    /// Ends the current request and makes ready for the one after it.
    // Called in three places, of which one is on the way of every request.
    #[inline(always)]
    pub(crate) fn end(&mut self) {
        // The spans of the head go before the bytes they mean.
        self.head.clear();
        self.incoming.end(&mut self.inbound, &self.link);
        self.names = &[];
        if self.query.get().is_some() || self.form.get().is_some() {
            self.forget_pairs();
        }
        if self.arena.is_used() {
            self.empty_arena();
        }
    }

    #[inline(never)]
    fn empty_arena(&mut self) {
        self.id.take();
        self.link.forget_arena();
        match Rc::get_mut(&mut self.arena) {
            Some(arena) => arena.reset(Sizes::KEPT_ARENA),
            // A task of the handler still holds what `Response::arena` gave it, and keeps it.
            None => self.arena = Rc::default(),
        }
        self.link.lend_arena(self.arena.clone());
    }

    #[cold]
    fn forget_pairs(&mut self) {
        self.query.take();
        self.form.take();
    }

    /// Ends the current request and forgets whatever was received after it.
    #[cold]
    pub(crate) fn abandon(&mut self) {
        self.end();
        self.inbound.clear();
    }

    /// Gives up memory that only large bodies need.
    pub(crate) fn shrink(&mut self) {
        self.link.trim_body_memory(Sizes::KEPT_BODY);
    }
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
