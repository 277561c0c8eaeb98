//! The reusable memory that one request and its response live in.
//!
//! Making the buffers of an exchange costs more than answering a small request, so they are made
//! once and leased: for as long as a connection has bytes of a request or an answer in hand, and no
//! longer. A [`Lease`] gives its exchange back when it is dropped, whatever ended the connection.

mod pool;

use std::rc::Rc;

use crate::memory::Sizes;
use crate::message::link::Link;
use crate::message::response::Terms;
use crate::message::{Ambient, Request, Response};
use crate::proto::{Limits, ProtocolError};
use crate::wire::Wire;

pub use pool::{Pool, PoolLimits, Ticket};

/// A request and its response, with their buffers.
#[derive(Debug)]
pub struct Exchange {
    /// What is asked.
    pub request: Request,
    /// What is answered.
    pub response: Response,
    pub(crate) link: Rc<Link>,
}

impl Exchange {
    pub(crate) fn new(sizes: Sizes, limits: Rc<Limits>, ambient: Rc<Ambient>) -> Self {
        let link = Rc::new(Link::default());
        Self {
            request: Request::pooled(&sizes, limits, ambient.clone(), link.clone()),
            response: Response::pooled(sizes, ambient, link.clone()),
            link,
        }
    }

    /// An exchange whose request is read from these bytes, connected to nothing. For tests.
    pub(crate) fn read(
        bytes: &[u8],
        sizes: Sizes,
        limits: Rc<Limits>,
        ambient: Rc<Ambient>,
    ) -> Result<Self, ProtocolError> {
        let link = Rc::new(Link::default());
        let request = Request::read(bytes, sizes, limits, ambient.clone(), link.clone())?;
        let mut response = Response::pooled(sizes, ambient, link.clone());
        response.begin(Terms::of(&request.head));
        Ok(Self { request, response, link })
    }

    /// Ties it to a connection.
    #[inline]
    pub(crate) fn attach(&self, wire: Rc<dyn Wire>) {
        self.link.attach(wire);
    }

    /// Forgets the connection and everything of its last request.
    #[inline]
    fn reset(&mut self) {
        if self.request.is_begun() {
            self.request.abandon();
        }
        self.response.release();
        self.link.detach();
    }
}

/// A connection's hold on the pool: an exchange while there are bytes in hand, else nothing.
///
/// Whatever is held when it is dropped goes back.
#[derive(Debug)]
pub struct Lease {
    exchange: Option<Box<Exchange>>,
    pool: Rc<Pool>,
}

impl Lease {
    /// A hold on this pool, with nothing in it yet.
    pub fn of(pool: Rc<Pool>) -> Self {
        Self { exchange: None, pool }
    }

    /// Takes an exchange from the pool, if none is held; `false` when `max` are in use.
    #[inline]
    pub fn take(&mut self) -> bool {
        if self.exchange.is_none() {
            self.exchange = self.pool.lease();
        }
        self.exchange.is_some()
    }

    /// Gives the exchange back, if there is one.
    #[inline]
    pub fn give_back(&mut self) {
        if let Some(mut exchange) = self.exchange.take() {
            exchange.reset();
            self.pool.take_back(exchange);
        }
    }

    /// The exchange that is held.
    #[inline]
    pub fn get(&self) -> Option<&Exchange> {
        self.exchange.as_deref()
    }

    /// The exchange that is held, to be worked with.
    #[inline]
    pub fn get_mut(&mut self) -> Option<&mut Exchange> {
        self.exchange.as_deref_mut()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(exchange) = self.get_mut() {
            exchange.response.forget_recoding();
        }
        self.give_back();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun() -> Exchange {
        let ambient = Rc::new(Ambient::new(0));
        let bytes = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        Exchange::read(bytes, Sizes::default(), Rc::default(), ambient).unwrap()
    }

    #[test]
    fn the_arena_is_emptied_for_the_next_request() {
        let mut exchange = begun();
        let first = exchange.response.arena().str("first").as_ptr();
        exchange.request.abandon();
        assert_eq!(exchange.request.arena().str("again").as_ptr(), first, "its memory is kept");
    }

    #[test]
    fn an_arena_that_somebody_holds_on_to_is_left_to_them() {
        let mut exchange = begun();
        let held = exchange.response.arena();
        let text = held.str("held");
        exchange.request.abandon();
        exchange.request.arena().str("over");
        assert_eq!((&*text, Rc::strong_count(&held)), ("held", 1));
        assert!(std::ptr::eq(exchange.request.arena(), &*exchange.response.arena()));
    }
}
