//! Ends a connection so that the peer can still read what was said.
//!
//! When a socket is closed while bytes of the peer are unread, the system sends a reset, which can destroy
//! an answer on its way. So the last answer is followed by a half-close, and what the peer goes on sending
//! is read and thrown away for a while (RFC 9112 §9.6).
//!
//! That while is a time, and begins anew as long as the peer gets on: many a proxy (nginx, Varnish) writes all that it
//! has of a body before it looks for an answer, and says 502 when writing fails.

use std::future::poll_fn;

use super::Conn;
use super::answer::{finish_refusal, shape};
use crate::error::Error;
use crate::exchange::Exchange;
use crate::message::body::DISCARD;
use crate::message::response::{Stage, Terms};
use crate::proto::{Framing, Head, Method, ProtocolError};
use crate::service::Service;
use crate::wire::{Wait, Wire};

/// Who still sends after the last answer gets the time for its end anew with every so many bytes, so that a slow line
/// brings a refused upload to its end, and its sender to the answer.
const STRIDE: usize = 64 * 1024;

/// Up to this many, so that no peer sends for ever to nobody.
const HEARD_OUT: usize = 64 * 1024 * 1024;

impl<W: Wire + 'static, S: Service> Conn<W, S> {
    /// Says why a request is not served, and ends the connection.
    #[cold]
    pub(super) async fn refuse(&mut self, fault: ProtocolError) {
        match self.lease.get_mut() {
            Some(exchange) => refuse_in(&*self.common.service, exchange, fault),
            None => {
                let mut exchange = self.common.pool.emergency();
                exchange.attach(self.wire.clone());
                refuse_in(&*self.common.service, &mut exchange, fault);
                let link = &exchange.link;
                self.wire.wait(Wait::Write);
                if poll_fn(|cx| link.poll_flush(cx)).await.is_err() {
                    return;
                }
                exchange.link.detach();
            }
        }
        self.farewell().await;
    }

    /// Reads the rest of a body that nobody wanted, so that the connection can live on.
    ///
    /// `false` when there is too much of it or the peer has failed.
    #[cold]
    pub(super) async fn drain(&mut self) -> bool {
        // The peer may only go on once it has the answer.
        if !self.flush().await {
            return false;
        }
        self.wire.wait(Wait::Body);
        let Some(exchange) = self.lease.get() else { return false };
        let (incoming, wire, mut budget) = (&exchange.request.incoming, &*self.wire, DISCARD);
        let drained = poll_fn(|cx| incoming.poll_discard(cx, wire, &mut budget)).await;
        matches!(drained, Ok(true))
    }

    /// Lets the last answer leave, closes our side, and waits for the peer to close its own.
    #[cold]
    pub(super) async fn farewell(&mut self) {
        let sent = self.flush().await;
        let exchange = self.lease.get_mut();
        // The answer to HEAD is whole with its head, so even then the peer is given time to read it.
        let cut = exchange.as_ref().is_some_and(|Exchange { response, .. }| {
            response.stage() == Stage::Aborted && !response.terms.head_only
        });
        // A peer that said `close` sends no more; any other may be sending its next request by now.
        let heard_all = exchange.is_some_and(|Exchange { request, response, .. }| {
            let whole = request.incoming.is_off_the_wire()
                && !request.head.persists
                && !may_believe_in_a_body(&request.head);
            response.forget_recoding();
            request.end();
            whole && request.inbound.is_empty()
        });
        self.lease.give_back();
        if !sent || cut {
            return;
        }
        self.wire.must_break_off(false);
        if heard_all && !self.wire.is_secure() {
            // Nothing is unread, so closing the socket is as good a farewell as any. Over TLS the end has to be told.
            return;
        }
        self.wire.shutdown();
        self.wire.wait(Wait::Write);
        let told = poll_fn(|cx| self.wire.poll_shutdown(cx)).await.is_ok();
        if heard_all || !told {
            return;
        }
        self.wire.wait(Wait::Linger);
        // On the heap, and only now: most farewells have ended above.
        let (wire, mut room) = (&*self.wire, vec![0; 4096]);
        let (mut heard, mut until) = (0, STRIDE);
        while let Ok(n @ 1..) = poll_fn(|cx| wire.poll_read(cx, &mut room)).await {
            heard += n;
            if heard >= until && heard < HEARD_OUT {
                until = heard + STRIDE;
                wire.wait(Wait::Linger);
            }
        }
    }
}

/// Answers a request that no handler sees.
fn refuse_in<S: Service>(service: &S, exchange: &mut Exchange, fault: ProtocolError) {
    let Exchange { request, response, .. } = exchange;
    let head_only = asks_for_a_head(request.inbound.bytes());
    response.begin(Terms { head_only, ..Terms::default() });
    shape(service, request, response, Error::from(fault));
    if fault == ProtocolError::Overloaded && response.find_header("retry-after").is_none() {
        response.header("Retry-After", "1");
    }
    response.close();
    finish_refusal(response, fault.status());
}

/// Has the peer named no length of a body, or zero, where one is usual? It may send one all the same, as clients of
/// HTTP/1.0 did that ended it by closing; there is none for us (RFC 9112 §6.3).
fn may_believe_in_a_body(head: &Head) -> bool {
    let has_none_by_custom =
        matches!(head.method, Method::Get | Method::Head | Method::Delete | Method::Options);
    head.framing == Framing::Empty && !has_none_by_custom
}

/// Is it a HEAD that is refused? However little of it could be read, its answer has no body (RFC 9110
/// §9.3.2): a peer that has sent HEAD would take one for the beginning of the next answer.
fn asks_for_a_head(bytes: &[u8]) -> bool {
    bytes.strip_prefix(b"\r\n").unwrap_or(bytes).starts_with(b"HEAD ")
}
