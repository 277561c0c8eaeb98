//! The reusable memory that one request and its response live in.
//!
//! Making the buffers of an exchange costs more than answering a small request, so they are made
//! once and leased: for as long as a connection has bytes of a request or an answer in hand, and no
//! longer. A [`Lease`] gives its exchange back when it is dropped, whatever ended the connection.

mod pool;

use std::ops::{Deref, DerefMut};
use std::rc::Rc;

use crate::memory::Sizes;
use crate::message::link::Link;
use crate::message::{Ambient, Request, Response};
use crate::proto::Limits;
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

    /// Ties it to a connection.
    #[inline]
    pub(crate) fn attach(&self, wire: Rc<dyn Wire>) {
        self.link.attach(wire);
    }

    /// Forgets the connection and everything of its last request.
    #[inline]
    fn wash(&mut self) {
        if self.request.is_begun() {
            self.request.end();
            self.request.inbound.clear();
        }
        self.response.wash();
        self.link.detach();
    }
}

/// An exchange in use; goes back to its pool when dropped.
#[derive(Debug)]
pub struct Lease {
    exchange: Option<Box<Exchange>>,
    pool: Rc<Pool>,
}

impl Deref for Lease {
    type Target = Exchange;

    #[inline]
    fn deref(&self) -> &Exchange {
        self.exchange.as_ref().expect("only drop takes it out")
    }
}

impl DerefMut for Lease {
    #[inline]
    fn deref_mut(&mut self) -> &mut Exchange {
        self.exchange.as_mut().expect("only drop takes it out")
    }
}

impl Drop for Lease {
    #[inline]
    fn drop(&mut self) {
        if let Some(mut exchange) = self.exchange.take() {
            exchange.wash();
            self.pool.give_back(exchange);
        }
    }
}
