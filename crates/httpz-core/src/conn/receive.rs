//! Waits for the next request: bytes are read until they hold a whole head.
//!
//! A connection that waits holds no exchange. The beginning of a head that is slow to come is put aside,
//! in memory of just its size: otherwise peers that drip bytes could hold all exchanges and keep out those
//! that have something to ask.

use std::io;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use super::{Arrival, Conn};
use crate::exchange::Exchange;
use crate::proto::ProtocolError;
use crate::service::Service;
use crate::wire::{Wait, Wire};

/// With less room than this after the received bytes, they are shifted to the front.
const ROOM: usize = 1024;

/// The beginning of a head, put aside while the rest is waited for; or what has come behind a stream.
pub(super) struct Part {
    bytes: Box<[u8]>,
    /// How many of them the parser has looked at; if it has looked at none, they may be a whole request.
    seen: usize,
}

impl<W: Wire + 'static, S: Service> Conn<W, S> {
    /// The next request, its head parsed, in a leased exchange.
    ///
    /// Polled again after `Pending`, it goes the same way again; nothing is parsed or sent twice.
    #[inline]
    pub(super) fn poll_arrival(&mut self, cx: &mut Context<'_>) -> Poll<Arrival> {
        loop {
            if self.lease.get().is_none() {
                self.take_lease();
            }
            let Some(Exchange { request, link, .. }) = self.lease.get_mut() else {
                return self.poll_queue(cx);
            };
            if !request.inbound.is_empty() {
                match request.parse(self.at_end) {
                    Ok(true) if request.body_ready() => return Poll::Ready(Arrival::Request),
                    Ok(true) => return Poll::Ready(Arrival::LateBody),
                    Err(fault) => return Poll::Ready(Arrival::Fault(fault)),
                    Ok(false) => {}
                }
            }
            // The rest must be waited for: what has gathered leaves now, in one write.
            if ready!(link.poll_flush_to(&*self.wire, cx)).is_err() || self.at_end {
                return Poll::Ready(Arrival::Nothing);
            }
            let inbound = &mut request.inbound;
            if inbound.spare().len() < ROOM {
                inbound.make_room();
            }
            match self.wire.poll_read(cx, inbound.spare()) {
                Poll::Ready(Ok(0)) => self.at_end = true,
                Poll::Ready(Ok(n)) => inbound.filled(n),
                Poll::Ready(Err(error)) => return Poll::Ready(self.read_failed(&error)),
                Poll::Pending => {
                    self.idle();
                    return Poll::Pending;
                }
            }
        }
    }

    /// An exchange that a stream held was not counted among the requests. So it goes back, and the next request queues
    /// for one as any other.
    #[cold]
    pub(super) fn queue_again(&mut self) {
        if self.holds_a_part() {
            self.put_aside();
        }
        self.lease.give_back();
    }

    /// Nothing to read: the exchange goes back, and what it holds of a head is put aside.
    #[inline]
    fn idle(&mut self) {
        if self.holds_a_part() {
            self.put_aside();
        } else {
            self.wait(Wait::KeepAlive);
        }
        self.lease.give_back();
    }

    /// Does the exchange have bytes of a request?
    #[inline]
    pub(super) fn holds_a_part(&self) -> bool {
        self.lease.get().is_some_and(|exchange| !exchange.request.inbound.is_empty())
    }

    #[cold]
    fn put_aside(&mut self) {
        let Some(Exchange { request, .. }) = self.lease.get() else { return };
        let bytes: Box<[u8]> = request.inbound.bytes().into();
        let part = Part { seen: request.head.seen(), bytes };
        self.wait(Wait::Head);
        self.wire.received(part.bytes.len());
        self.part = Some(Box::new(part));
    }

    #[cold]
    fn take_up_again(&mut self, part: &Part) {
        if let Some(Exchange { request, .. }) = self.lease.get_mut() {
            request.inbound.refill(&part.bytes);
            request.head.resume(part.seen);
        }
    }

    /// No more bytes will come. Only a head that has begun and is too late is worth an answer.
    #[cold]
    fn read_failed(&self, error: &io::Error) -> Arrival {
        match error.kind() {
            io::ErrorKind::TimedOut if self.part.is_some() || self.holds_a_part() => {
                Arrival::Fault(ProtocolError::HeadLate)
            }
            _ => Arrival::Nothing,
        }
    }

    /// Leases an exchange, if one is free, and puts back into it what had come of a head.
    #[inline]
    fn take_lease(&mut self) {
        if self.lease.take() {
            self.ticket = None;
            if let Some(exchange) = self.lease.get() {
                exchange.attach(self.wire.clone());
            }
            if let Some(part) = self.part.take() {
                self.take_up_again(&part);
            }
        }
    }

    /// All exchanges are in use: queues for one, but only once there are bytes to read.
    #[cold]
    fn poll_queue(&mut self, cx: &mut Context<'_>) -> Poll<Arrival> {
        let may_be_whole = self.part.as_ref().is_some_and(|part| part.seen == 0);
        match self.wire.poll_readable(cx) {
            Poll::Ready(Ok(())) => {}
            Poll::Pending if may_be_whole => {}
            Poll::Ready(Err(error)) => return Poll::Ready(self.read_failed(&error)),
            Poll::Pending => {
                self.ticket = None;
                self.wait(if self.part.is_some() { Wait::Head } else { Wait::KeepAlive });
                return Poll::Pending;
            }
        }
        self.wait(Wait::Exchange);
        if self.wire.poll_late(cx).is_ready() {
            self.ticket = None;
            return Poll::Ready(Arrival::Fault(ProtocolError::Overloaded));
        }
        // A ticket that was called, but found the exchange taken again, has left the queue: take a new one.
        match &self.ticket {
            Some(ticket) if Rc::weak_count(ticket) > 0 => ticket.renew(cx.waker()),
            _ => self.ticket = Some(self.common.pool.queue(cx.waker())),
        }
        Poll::Pending
    }
}
