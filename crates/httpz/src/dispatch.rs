//! What runs around handlers: guards, dispatchers and the data of a group.
//!
//! A **guard** runs before, is sync, and either makes the context for what is behind it or refuses.
//! A **dispatcher** runs around: it awaits the rest, may look at the answer, or may leave the rest
//! out. Both run before the body of the request is read, so a refusal costs no upload.
//!
//! All three are endpoints for the context `C` of their place that hold an endpoint for the context
//! `R` behind them. A guard over a sync handler is done on the stack like the handler alone.

use std::sync::Arc;

use crate::handler::{Action, Endpoint};
use crate::{Flow, Request, Response, Result, Shared};

/// What is behind a dispatcher.
///
/// ```
/// use httpz::prelude::*;
///
/// async fn timed<C: 'static>(next: Next<'_, C>, cx: &mut C, req: &Request, res: &mut Response) -> Result {
///     let began = std::time::Instant::now();
///     let outcome = next.run(cx, req, res).await;
///     res.header("server-timing", format!("app;dur={}", began.elapsed().as_millis()));
///     outcome
/// }
///
/// let app = App::new((), |r| r.dispatch(timed).get("/", handler(|_, _| "hello")));
/// # assert!(httpz::testing::Client::new(app).get("/").find_header("server-timing").is_some());
/// ```
pub struct Next<'a, R> {
    endpoint: &'a dyn Endpoint<R>,
}

impl<R: 'static> Next<'_, R> {
    /// Runs it with this context.
    ///
    /// # Errors
    ///
    /// Whatever it returns; passing it on lets `on_error` shape it.
    #[inline]
    pub async fn run(self, cx: &mut R, req: &Request, res: &mut Response) -> Result {
        self.endpoint.call(cx, req, res).await
    }
}

/// An async function around the routes behind it: takes the context `C`, passes on an `R`.
///
/// Implemented for `async fn(Next<'_, R>, &mut C, &Request, &mut Response) -> Result`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a dispatcher for the context `{C}`",
    label = "expected `async fn(Next<'_, R>, &mut {C}, &Request, &mut Response) -> Result`",
    note = "to make a context or refuse without waiting, use `guard` with `fn(&mut {C}, &Request) -> Result<R>`"
)]
pub trait Dispatch<C, R>: Send + Sync + 'static {
    /// Runs around `next`.
    fn dispatch<'a>(
        &'a self,
        next: Next<'a, R>,
        cx: &'a mut C,
        req: &'a Request,
        res: &'a mut Response,
    ) -> Flow<'a>;
}

impl<D, C, R> Dispatch<C, R> for D
where
    D: AsyncFn(Next<'_, R>, &mut C, &Request, &mut Response) -> Result + Send + Sync + 'static,
    R: 'static,
{
    fn dispatch<'a>(
        &'a self,
        next: Next<'a, R>,
        cx: &'a mut C,
        req: &'a Request,
        res: &'a mut Response,
    ) -> Flow<'a> {
        Flow::later(async move { self(next, cx, req, res).await })
    }
}

/// A dispatcher with what is behind it.
pub(crate) struct Dispatched<D, R> {
    pub(crate) dispatcher: Arc<D>,
    pub(crate) inner: Action<R>,
}

impl<C, R, D> Endpoint<C> for Dispatched<D, R>
where
    R: 'static,
    D: Dispatch<C, R>,
{
    fn call<'a>(&'a self, cx: &'a mut C, req: &'a Request, res: &'a mut Response) -> Flow<'a> {
        self.dispatcher.dispatch(Next { endpoint: &*self.inner }, cx, req, res)
    }
}

/// A guard with what is behind it.
pub(crate) struct Guarded<D, R> {
    pub(crate) guard: Arc<D>,
    pub(crate) inner: Action<R>,
}

impl<C, R, D> Endpoint<C> for Guarded<D, R>
where
    R: 'static,
    D: Fn(&mut C, &Request) -> Result<R> + Send + Sync + 'static,
{
    #[inline]
    fn ready(&self, req: &Request) -> bool {
        self.inner.ready(req)
    }

    #[inline]
    fn now(&self, cx: &mut C, req: &Request, res: &mut Response) -> Result {
        let mut made = (self.guard)(cx, req)?;
        self.inner.now(&mut made, req, res)
    }

    fn call<'a>(&'a self, cx: &'a mut C, req: &'a Request, res: &'a mut Response) -> Flow<'a> {
        // Before anything is waited for: who is refused shall not have the body read.
        let mut made = match (self.guard)(cx, req) {
            Ok(made) => made,
            Err(error) => return Flow::Done(Err(error)),
        };
        if self.inner.ready(req) {
            return Flow::Done(self.inner.now(&mut made, req, res));
        }
        // What the guard made moves into the future, together with the call that borrows it.
        let inner = &*self.inner;
        Flow::later(async move { inner.call(&mut made, req, res).await })
    }
}

/// The data of a group, in place of the context, with what is behind it.
pub(crate) struct WithData<T: 'static> {
    pub(crate) data: Shared<T>,
    pub(crate) inner: Action<Shared<T>>,
}

impl<C, T: Send + Sync + 'static> Endpoint<C> for WithData<T> {
    #[inline]
    fn ready(&self, req: &Request) -> bool {
        self.inner.ready(req)
    }

    #[inline]
    fn now(&self, _: &mut C, req: &Request, res: &mut Response) -> Result {
        self.inner.now(&mut { self.data }, req, res)
    }

    #[inline]
    fn call<'a>(&'a self, _: &'a mut C, req: &'a Request, res: &'a mut Response) -> Flow<'a> {
        // The arena lends a place that lives as long as the call; no second future is needed.
        self.inner.call(req.arena().value(self.data), req, res)
    }
}
