//! Requests made by hand, for tests; the real parser reads them.

use std::rc::Rc;

use super::Request;
use crate::error::Result;
use crate::memory::Sizes;
use crate::message::ambient::Ambient;
use crate::message::link::Link;
use crate::proto::{Limits, Method, ProtocolError, encode};

impl Request {
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
}
