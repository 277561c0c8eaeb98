//! Waits for the next request: bytes are read until they hold a whole head.

use std::future::poll_fn;
use std::io;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use super::{Arrival, Conn};
use crate::proto::ProtocolError;
use crate::service::Service;
use crate::wire::{Wait, Wire};

/// Less room than this behind the received bytes, and they are shifted to the front.
const ROOM: usize = 1024;

/// Why no more bytes came.
enum Dry {
    Late,
    Gone,
    Overloaded,
}

impl<W: Wire + 'static, S: Service> Conn<W, S> {
    /// The next request, its head parsed, in a leased exchange.
    #[inline]
    pub(super) async fn receive(&mut self) -> Arrival {
        loop {
            if let Some(lease) = &mut self.lease
                && !lease.request.inbound.is_empty()
            {
                match lease.request.parse(self.at_end) {
                    Ok(true) => return Arrival::Request,
                    Err(fault) => return Arrival::Fault(fault),
                    Ok(false) => {}
                }
            }
            // The rest must be waited for: what has gathered leaves now, in one write.
            if !self.flush().await || self.at_end {
                return Arrival::Nothing;
            }
            match poll_fn(|cx| self.poll_more(cx)).await {
                Ok(0) => self.at_end = true,
                Ok(_) => {}
                Err(Dry::Overloaded) => return Arrival::Fault(ProtocolError::Overloaded),
                Err(Dry::Late) if self.lease.is_some() => {
                    return Arrival::Fault(ProtocolError::HeadLate);
                }
                Err(Dry::Late | Dry::Gone) => return Arrival::Nothing,
            }
        }
    }

    /// One read. While it finds nothing, a connection without a partial head holds no exchange.
    #[inline]
    fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<Result<usize, Dry>> {
        if self.lease.is_none() {
            ready!(self.poll_lease(cx))?;
        }
        let Some(lease) = &mut self.lease else { return Poll::Ready(Err(Dry::Gone)) };
        let inbound = &mut lease.request.inbound;
        if inbound.spare().len() < ROOM {
            inbound.make_room();
        }
        match self.wire.poll_read(cx, inbound.spare()) {
            Poll::Ready(Ok(n)) => {
                inbound.filled(n);
                Poll::Ready(Ok(n))
            }
            Poll::Ready(Err(error)) => {
                if inbound.is_empty() {
                    self.lease = None;
                }
                Poll::Ready(Err(match error.kind() {
                    io::ErrorKind::TimedOut => Dry::Late,
                    _ => Dry::Gone,
                }))
            }
            Poll::Pending => {
                if inbound.is_empty() {
                    self.lease = None;
                    self.wait(Wait::KeepAlive);
                } else {
                    self.wait(Wait::Head);
                }
                Poll::Pending
            }
        }
    }

    /// Leases an exchange. When there is none, gets in line, but only with bytes to read.
    #[inline]
    fn poll_lease(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Dry>> {
        match self.common.pool.lease() {
            Some(lease) => {
                lease.attach(self.wire.clone());
                self.lease = Some(lease);
                self.ticket = None;
                Poll::Ready(Ok(()))
            }
            None => self.poll_line(cx),
        }
    }

    #[cold]
    fn poll_line(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Dry>> {
        match self.wire.poll_readable(cx) {
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(_)) => return Poll::Ready(Err(Dry::Gone)),
            Poll::Pending => {
                self.ticket = None;
                self.wait(Wait::KeepAlive);
                return Poll::Pending;
            }
        }
        self.wait(Wait::Exchange);
        if self.wire.poll_late(cx).is_ready() {
            self.ticket = None;
            return Poll::Ready(Err(Dry::Overloaded));
        }
        // A ticket that was called but came too late has left the line: take a new one.
        match &self.ticket {
            Some(ticket) if Rc::weak_count(ticket) > 0 => ticket.renew(cx.waker()),
            _ => self.ticket = Some(self.common.pool.queue(cx.waker())),
        }
        Poll::Pending
    }
}
