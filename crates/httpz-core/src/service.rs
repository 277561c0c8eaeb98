//! The seam to the application: who answers a request.
//!
//! The connection knows a [`Service`] and nothing of routes. A service that can answer on the stack
//! does so and says [`Flow::Done`]; only one that has to wait makes a future.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::error::{Error, Result};
use crate::message::{PooledFuture, Request, Response};

/// What a call gives: the result now, or a future that will give it.
///
/// The future is not `Send`: a request stays on the thread that accepted it.
#[derive(Debug)]
pub enum Flow<'a, T = Result> {
    /// It is done already.
    Done(T),
    /// It has to wait for something.
    Later(PooledFuture<'a, T>),
}

impl<'a, T> Flow<'a, T> {
    /// Puts a future into memory of the request's exchange, which is used again and again; a future of more
    /// than 1 KiB is boxed.
    #[inline]
    pub fn within(req: &'a Request, future: impl Future<Output = T> + 'a) -> Self {
        Self::Later(req.pool_future(future))
    }

    /// Boxes a future; for callers that have no request at hand.
    #[inline]
    pub fn later(future: impl Future<Output = T> + 'a) -> Self {
        Self::Later(PooledFuture::boxed(future))
    }
}

/// Awaiting a finished flow gives its result at once.
impl<'a, T: Unpin + 'a> IntoFuture for Flow<'a, T> {
    type Output = T;
    type IntoFuture = FlowFuture<'a, T>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        match self {
            Flow::Done(value) => FlowFuture(Awaited::Done(Some(value))),
            Flow::Later(future) => FlowFuture(Awaited::Later(future)),
        }
    }
}

/// The future of a [`Flow`].
#[derive(Debug)]
pub struct FlowFuture<'a, T>(Awaited<'a, T>);

#[derive(Debug)]
enum Awaited<'a, T> {
    /// The result, until it is taken.
    Done(Option<T>),
    Later(PooledFuture<'a, T>),
}

impl<T: Unpin> Future for FlowFuture<'_, T> {
    type Output = T;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        match &mut self.get_mut().0 {
            Awaited::Done(value) => {
                Poll::Ready(value.take().expect("a future is not polled again when it is done"))
            }
            Awaited::Later(future) => Pin::new(future).poll(cx),
        }
    }
}

/// The application as the connection sees it.
pub trait Service: Send + Sync + 'static {
    /// Answers a request. The connection hands an error to [`Service::refuse`], unless the head of the answer
    /// has been sent by then; in that case [`Service::too_late`] hears of it, and a stream is cut.
    fn call<'a>(&'a self, req: &'a mut Request, res: &'a mut Response) -> Flow<'a, Result>;

    /// Shapes the answer to a request that went wrong: it was malformed or over a limit, its handler failed or
    /// panicked, or its answer could not be sent as it was. `res` is fresh; of a malformed request, `req`
    /// says only what could be read. A panic makes the answer a bare 500.
    fn refuse(&self, req: &Request, res: &mut Response, error: Error);

    /// Hears of an error that came after the head of the answer had been sent, so that only the log can be
    /// told. The connection is cut if the answer was not complete. Says which status the answer would have
    /// had: a protocol that is spoken in place of HTTP may have a word for it.
    fn too_late(&self, req: &Request, error: Error) -> u16 {
        let _ = req;
        error.code()
    }
}
