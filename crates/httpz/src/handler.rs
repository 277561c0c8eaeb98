//! What can answer a request: the erased [`Endpoint`], and the functions it is made of.
//!
//! An endpoint has two ways of being called. Where nothing has to be waited for (a sync handler
//! under sync guards, the body already here), the whole call happens on the stack: `ready`, then
//! `now`; no future is made and nothing is allocated. Otherwise `call` gives a [`Flow`].
//!
//! Plain functions and closures become endpoints by [`Handler`]; functions with typed arguments by
//! the route macros, through [`sync_route`] and [`async_route`].

use std::marker::PhantomData;
use std::sync::Arc;

use crate::{Body, Flow, Has, Request, Respond, Response, Result};

/// A handler ready to run where the context is `C`, with whatever guards it.
///
/// Its futures are not `Send`: a request stays on the thread that accepted it.
pub trait Endpoint<C>: Send + Sync + 'static {
    /// Can the whole call be done now, without waiting for anything?
    #[inline]
    fn ready(&self, req: &Request) -> bool {
        let _ = req;
        false
    }

    /// The whole call on the stack. Only called after [`Endpoint::ready`] has said yes.
    ///
    /// # Errors
    ///
    /// Whatever the guards and the handler return; `on_error` shapes it.
    #[inline]
    fn now(&self, cx: &mut C, req: &Request, res: &mut Response) -> Result {
        let _ = (cx, req, res);
        unreachable!("an endpoint that says it is ready implements `now`")
    }

    /// The whole call, waiting for what has to be waited for.
    fn call<'a>(&'a self, cx: &'a mut C, req: &'a Request, res: &'a mut Response) -> Flow<'a>;
}

/// An endpoint that many routes and wrappers can share.
pub type Action<C> = Arc<dyn Endpoint<C>>;

/// A function or closure that answers requests: `(&Request, &mut Response) -> impl Respond`, sync
/// or async, with the context as an optional first argument; async ones may take the unread
/// [`Body`] as their last.
///
/// The argument types of closures must be written out; where that is a nuisance, [`handler`] and
/// [`async_handler`] let the compiler know them.
///
/// ```
/// use httpz::prelude::*;
///
/// struct Counter(std::sync::atomic::AtomicU64);
///
/// impl Counter {
///     fn increment(&self, _: &Request, res: &mut Response) -> Result {
///         let hits = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
///         res.json(&json!({ "hits": hits }))
///     }
/// }
///
/// fn ping(_: &Request, _: &mut Response) -> &'static str {
///     "pong"
/// }
///
/// async fn slow(_: &Request, res: &mut Response) -> Result {
///     res.chunk("one ").await?;
///     res.chunk("two").await
/// }
///
/// let app = App::new(Counter(Default::default()), |r| {
///     r.get("/ping", ping)
///         .get("/slow", slow)
///         .post("/increment", Counter::increment)
///         .get("/closure", |req: &Request, _: &mut Response| req.path().to_owned())
/// });
/// # httpz::testing::Client::new(app).get("/ping").text("pong");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler: write `fn(&Request, &mut Response) -> impl Respond`, or put `#[get(\"/path\")]` on it and mount `routes![…]`",
    label = "expected `fn(&Request, &mut Response) -> impl Respond`, sync or async",
    note = "a closure needs its argument types: `|req: &Request, res: &mut Response| …`, or `handler(…)` or `async_handler(…)` around it",
    note = "what it returns must implement `httpz::Respond`",
    note = "with the context first, `fn(&T, &Request, &mut Response)`, that must have `T`; here it is `{C}`",
    note = "an async function may take `Body<'_>` last, to read the body itself",
    note = "for typed parameters put `#[get(\"/path/:id\")]` on the function and use `routes![…]`; a test calls such a function by itself: `exchange.respond(f(7))`"
)]
pub trait Handler<C, M>: Send + Sync + 'static {
    /// Makes it ready to run.
    fn into_endpoint(self) -> Arc<dyn Endpoint<C>>;
}

/// Lets the compiler know the argument types of a sync closure.
///
/// ```
/// use httpz::prelude::*;
///
/// let app = App::new((), |r| r.get("/", handler(|_, res| { res.status(202); "accepted" })));
/// # httpz::testing::Client::new(app).get("/").status(202);
/// ```
pub fn handler<F, O>(f: F) -> F
where
    F: Fn(&Request, &mut Response) -> O + Send + Sync + 'static,
{
    f
}

/// Lets the compiler know the argument types of an async closure.
///
/// ```
/// use httpz::prelude::*;
///
/// let app = App::new((), |r| r.get("/", async_handler(async |_, res| res.chunk("bit by bit").await)));
/// # httpz::testing::Client::new(app).get("/").text("bit by bit");
/// ```
pub fn async_handler<F, O>(f: F) -> F
where
    F: AsyncFn(&Request, &mut Response) -> O + Send + Sync + 'static,
{
    f
}

/// Tells the kinds of functions apart, so that each has its own implementation of [`Handler`].
#[doc(hidden)]
pub mod kind {
    use std::marker::PhantomData;

    /// `fn(&Request, &mut Response) -> O`
    #[derive(Debug)]
    pub struct Plain<O>(PhantomData<O>);
    /// `async fn(&Request, &mut Response) -> O`
    #[derive(Debug)]
    pub struct PlainAsync<O>(PhantomData<O>);
    /// `fn(&T, &Request, &mut Response) -> O`
    #[derive(Debug)]
    pub struct Method<T, O>(PhantomData<(O, T)>);
    /// `async fn(&T, &Request, &mut Response) -> O`
    #[derive(Debug)]
    pub struct MethodAsync<T, O>(PhantomData<(O, T)>);
    /// `async fn(&Request, &mut Response, Body<'_>) -> O`
    #[derive(Debug)]
    pub struct PlainReading<O>(PhantomData<O>);
    /// `async fn(&T, &Request, &mut Response, Body<'_>) -> O`
    #[derive(Debug)]
    pub struct MethodReading<T, O>(PhantomData<(O, T)>);
}

impl<C, F, O> Handler<C, kind::Plain<O>> for F
where
    C: 'static,
    F: Fn(&Request, &mut Response) -> O + Send + Sync + 'static,
    O: Respond + 'static,
{
    fn into_endpoint(self) -> Arc<dyn Endpoint<C>> {
        sync_route(false, move |_: &mut C, req: &Request, res: &mut Response| {
            self(req, res).respond(res)
        })
    }
}

impl<C, F, T, O> Handler<C, kind::Method<T, O>> for F
where
    C: Has<T> + 'static,
    F: Fn(&T, &Request, &mut Response) -> O + Send + Sync + 'static,
    O: Respond + 'static,
{
    fn into_endpoint(self) -> Arc<dyn Endpoint<C>> {
        sync_route(false, move |cx: &mut C, req: &Request, res: &mut Response| {
            self(Has::<T>::has(&*cx), req, res).respond(res)
        })
    }
}

impl<C, F, O> Handler<C, kind::PlainAsync<O>> for F
where
    F: AsyncFn(&Request, &mut Response) -> O + Send + Sync + 'static,
    O: Respond + 'static,
{
    fn into_endpoint(self) -> Arc<dyn Endpoint<C>> {
        Arc::new(Async(self))
    }
}

impl<C, F, T, O> Handler<C, kind::MethodAsync<T, O>> for F
where
    C: Has<T>,
    F: AsyncFn(&T, &Request, &mut Response) -> O + Send + Sync + 'static,
    T: 'static,
    O: Respond + 'static,
{
    fn into_endpoint(self) -> Arc<dyn Endpoint<C>> {
        Arc::new(AsyncMethod(self, PhantomData::<fn(T)>))
    }
}

impl<C, F, O> Handler<C, kind::PlainReading<O>> for F
where
    F: AsyncFn(&Request, &mut Response, Body<'_>) -> O + Send + Sync + 'static,
    O: Respond + 'static,
{
    fn into_endpoint(self) -> Arc<dyn Endpoint<C>> {
        Arc::new(Reading(self))
    }
}

impl<C, F, T, O> Handler<C, kind::MethodReading<T, O>> for F
where
    C: Has<T>,
    F: AsyncFn(&T, &Request, &mut Response, Body<'_>) -> O + Send + Sync + 'static,
    T: 'static,
    O: Respond + 'static,
{
    fn into_endpoint(self) -> Arc<dyn Endpoint<C>> {
        Arc::new(ReadingMethod(self, PhantomData::<fn(T)>))
    }
}

/// A handler that never waits, its answer already written into the response.
struct Stack<F> {
    run: F,
    /// Does it take the body as it is, read or not?
    unread: bool,
}

impl<C, F> Endpoint<C> for Stack<F>
where
    C: 'static,
    F: Fn(&mut C, &Request, &mut Response) -> Result + Send + Sync + 'static,
{
    #[inline]
    fn ready(&self, req: &Request) -> bool {
        req.body_ready() || self.unread
    }

    #[inline]
    fn now(&self, cx: &mut C, req: &Request, res: &mut Response) -> Result {
        (self.run)(cx, req, res)
    }

    fn call<'a>(&'a self, cx: &'a mut C, req: &'a Request, res: &'a mut Response) -> Flow<'a> {
        if Endpoint::<C>::ready(self, req) {
            return Flow::Done((self.run)(cx, req, res));
        }
        after_body(self, cx, req, res)
    }
}

/// One future for all sync handlers of a context, instead of one for each.
#[cold]
pub(crate) fn after_body<'a, C: 'static>(
    endpoint: &'a dyn Endpoint<C>,
    cx: &'a mut C,
    req: &'a Request,
    res: &'a mut Response,
) -> Flow<'a> {
    Flow::within(req, async move {
        req.read_body().await?;
        endpoint.now(cx, req, res)
    })
}

/// What a route macro makes of a sync function; `unread` when it takes the body before it is read.
pub fn sync_route<C, F>(unread: bool, run: F) -> Action<C>
where
    C: 'static,
    F: Fn(&mut C, &Request, &mut Response) -> Result + Send + Sync + 'static,
{
    Arc::new(Stack { run, unread })
}

/// What a route macro makes of an async function.
pub fn async_route<C, F>(run: F) -> Action<C>
where
    F: for<'a> Fn(&'a mut C, &'a Request, &'a mut Response) -> Flow<'a> + Send + Sync + 'static,
{
    Arc::new(Waiting(run))
}

/// A handler that makes its own future.
struct Waiting<F>(F);

impl<C, F> Endpoint<C> for Waiting<F>
where
    F: for<'a> Fn(&'a mut C, &'a Request, &'a mut Response) -> Flow<'a> + Send + Sync + 'static,
{
    fn call<'a>(&'a self, cx: &'a mut C, req: &'a Request, res: &'a mut Response) -> Flow<'a> {
        (self.0)(cx, req, res)
    }
}

struct Async<F>(F);

impl<C, F, O> Endpoint<C> for Async<F>
where
    F: AsyncFn(&Request, &mut Response) -> O + Send + Sync + 'static,
    O: Respond,
{
    fn call<'a>(&'a self, _: &'a mut C, req: &'a Request, res: &'a mut Response) -> Flow<'a> {
        Flow::within(req, async move {
            req.read_body().await?;
            let out = (self.0)(req, res).await;
            out.respond(res)
        })
    }
}

struct AsyncMethod<F, T>(F, PhantomData<fn(T)>);

impl<C, F, T, O> Endpoint<C> for AsyncMethod<F, T>
where
    C: Has<T>,
    F: AsyncFn(&T, &Request, &mut Response) -> O + Send + Sync + 'static,
    T: 'static,
    O: Respond,
{
    fn call<'a>(&'a self, cx: &'a mut C, req: &'a Request, res: &'a mut Response) -> Flow<'a> {
        Flow::within(req, async move {
            req.read_body().await?;
            let out = (self.0)(Has::<T>::has(&*cx), req, res).await;
            out.respond(res)
        })
    }
}

/// A handler that reads the body itself.
struct Reading<F>(F);

impl<C, F, O> Endpoint<C> for Reading<F>
where
    F: AsyncFn(&Request, &mut Response, Body<'_>) -> O + Send + Sync + 'static,
    O: Respond,
{
    fn call<'a>(&'a self, _: &'a mut C, req: &'a Request, res: &'a mut Response) -> Flow<'a> {
        Flow::within(req, async move {
            let out = (self.0)(req, res, Body::of(req)).await;
            out.respond(res)
        })
    }
}

struct ReadingMethod<F, T>(F, PhantomData<fn(T)>);

impl<C, F, T, O> Endpoint<C> for ReadingMethod<F, T>
where
    C: Has<T>,
    F: AsyncFn(&T, &Request, &mut Response, Body<'_>) -> O + Send + Sync + 'static,
    T: 'static,
    O: Respond,
{
    fn call<'a>(&'a self, cx: &'a mut C, req: &'a Request, res: &'a mut Response) -> Flow<'a> {
        Flow::within(req, async move {
            let out = (self.0)(Has::<T>::has(&*cx), req, res, Body::of(req)).await;
            out.respond(res)
        })
    }
}
