//! Calls the service with a request, and completes its answer in the outgoing buffer.

use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use super::Conn;
use crate::error::{Error, Result};
use crate::exchange::Exchange;
use crate::message::fault::ResponseFault;
use crate::message::link::Link;
use crate::message::response::{Stage, Terms};
use crate::message::{PooledFuture, Request, Response};
use crate::proto::{Cycle, Verdict};
use crate::service::{Flow, Service};
use crate::wire::{Wait, Wire};

/// What came of calling the service.
pub(super) enum Call<'a> {
    Done(Result),
    /// The handler has to wait. Over this link it may send meanwhile.
    Waits(PooledFuture<'a, Result>, &'a Link),
}

impl<W: Wire + 'static, S: Service> Conn<W, S> {
    /// Calls the service.
    #[inline]
    pub(super) fn call(&mut self) -> Call<'_> {
        self.served += 1;
        self.waiting = Wait::Nothing;
        let Some(exchange) = self.lease.get_mut() else { return Call::Done(Ok(())) };
        let Exchange { request, response, link } = exchange;
        let mut terms = Terms::of(&request.head);
        terms.persists &= self.served != self.common.max_requests;
        response.begin(terms);
        link.relent();
        match call(&*self.common.service, request, response) {
            Ok(Flow::Done(outcome)) => Call::Done(outcome),
            Ok(Flow::Later(future)) => {
                self.wire.wait(Wait::Nothing);
                Call::Waits(future, link)
            }
            Err(panic) => Call::Done(Err(panicked(panic))),
        }
    }

    /// Completes the answer and weighs whether the connection lives on.
    #[inline]
    pub(super) fn conclude(&mut self, outcome: Result) -> Verdict {
        let service = &*self.common.service;
        let Some(exchange) = self.lease.get_mut() else { return Verdict::Close };
        if let Err(error) = outcome {
            fail(service, exchange, error);
        }
        let off_the_wire = exchange.request.incoming.is_off_the_wire();
        if !off_the_wire {
            close_if_the_rest_is_not_worth_reading(exchange);
        }
        if let Err(fault) = exchange.response.finish() {
            fail_to_finish(service, exchange, fault);
        }
        Cycle {
            peer_persists: exchange.request.head.persists,
            answer_persists: exchange.response.persists() && !self.common.ambient.is_leaving(),
            body_read: off_the_wire,
            body_withheld: !off_the_wire && exchange.link.is_withheld(),
        }
        .verdict()
    }

    /// Has the handler deferred the answer? Until it is sent, there is none to conclude.
    #[cold]
    pub(super) fn is_deferred(&self) -> bool {
        self.lease.get().is_some_and(|exchange| exchange.response.is_deferred())
    }

    /// Sends the answer that the handler has deferred; `None` when the peer has left meanwhile.
    pub(super) async fn send_deferred(&mut self) -> Option<Result> {
        self.wire.wait(Wait::Nothing);
        let Exchange { response, link, .. } = self.lease.get_mut()?;
        // What must be finished is the handler.
        link.relent();
        wait_for(PooledFuture::boxed(response.send_deferred()), link).await
    }
}

/// Calls the service; a panic is caught here, so that it ends this request and nothing else.
#[inline]
fn call<'a, S: Service>(
    service: &'a S,
    request: &'a mut Request,
    response: &'a mut Response,
) -> std::thread::Result<Flow<'a>> {
    // Unwind safety: what a panic leaves half-done in the pair is wiped before it is used again.
    catch_unwind(AssertUnwindSafe(move || {
        // Moved in rather than reborrowed, since the flow borrows them for longer than this call.
        let (request, response) = (request, response);
        service.call(request, response)
    }))
}

/// Drives a handler. Answers that gathered before it leave while it waits.
///
/// `None` when the peer has left, or takes nothing, while the handler waits for something else, so that it would not
/// learn of it: then it is dropped with this future, unless it is to run to its end.
pub(super) fn wait_for<'a>(
    mut future: PooledFuture<'a, Result>,
    link: &'a Link,
) -> impl Future<Output = Option<Result>> + 'a {
    poll_fn(move |cx| {
        loop {
            let polled = catch_unwind(AssertUnwindSafe(|| Pin::new(&mut future).poll(cx)));
            match polled {
                Ok(Poll::Ready(outcome)) => return Poll::Ready(Some(outcome)),
                Ok(Poll::Pending) => {}
                Err(panic) => return Poll::Ready(Some(Err(panicked(panic)))),
            }
            link.settle();
            if link.outbound().is_empty() {
                break;
            }
            match link.poll_flush(cx) {
                // The handler may be waiting for just these bytes to leave, so it is polled again.
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(_)) if !link.insists() => return Poll::Ready(None),
                Poll::Ready(Err(_)) | Poll::Pending => break,
            }
        }
        // Whoever waits for the peer itself has announced that, and learns of it there.
        let is_gone = |wire: Rc<dyn Wire>| {
            wire.poll_late(cx).is_ready() && (wire.waiting() == Wait::Nothing || wire.is_gone())
        };
        match !link.insists() && link.wire().is_some_and(is_gone) {
            true => Poll::Ready(None),
            false => Poll::Pending,
        }
    })
}

/// Turns an error into an answer, or cuts the connection when part of one has been sent.
#[cold]
fn fail<S: Service>(service: &S, exchange: &mut Exchange, error: Error) {
    let Exchange { request, response, .. } = exchange;
    match response.stage() {
        Stage::Fresh => {
            let closes = error.fault().is_some();
            response.clear();
            shape(service, request, response, error);
            if closes {
                response.close();
            }
        }
        Stage::Streaming => {
            response.abort();
            service.too_late(request, error);
        }
        Stage::Written => {
            let status = service.too_late(request, error);
            response.part_in_failure(status);
        }
        // The peer has left, or has all that it asked for: not the handler's fault, and nothing to log.
        Stage::Aborted | Stage::Enough => {}
    }
}

/// Answers with an error in place of what cannot be sent.
#[cold]
fn fail_to_finish<S: Service>(service: &S, exchange: &mut Exchange, fault: ResponseFault) {
    let error = exchange.response.told(fault);
    fail(service, exchange, error);
    finish_refusal(&mut exchange.response, 500);
}

/// Lets the service shape the answer to an error; a panic makes it a bare 500.
pub(super) fn shape<S: Service>(
    service: &S,
    request: &Request,
    response: &mut Response,
    error: Error,
) {
    // Unwind safety: what the panic has left half-done in the response is cleared.
    let shaped = catch_unwind(AssertUnwindSafe(|| service.refuse(request, &mut *response, error)));
    if shaped.is_err() {
        response.clear();
        response.status(500);
    }
}

/// Completes the answer to an error; one that cannot be sent as the service has shaped it becomes this
/// status alone.
pub(super) fn finish_refusal(response: &mut Response, status: u16) {
    if response.finish().is_err() {
        response.clear();
        response.status(status).close();
        // A bare status is always sound.
        let _ = response.finish();
    }
}

#[cold]
fn panicked(panic: Box<dyn Any + Send>) -> Error {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "with a value that is no text".to_owned());
    Error::status(500, "Internal Server Error").with_source(format!("handler panicked: {text}"))
}

/// An unread body that is long, faulty or withheld is not worth reading just to keep the connection.
#[cold]
fn close_if_the_rest_is_not_worth_reading(exchange: &mut Exchange) {
    let incoming = &exchange.request.incoming;
    if exchange.link.is_withheld() || incoming.fault().is_some() || incoming.is_long() {
        exchange.response.close();
    }
}
