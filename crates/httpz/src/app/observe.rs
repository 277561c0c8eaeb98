//! Observers, which are told of every request: for metrics and access logs.
//!
//! An [`Observe`] stands around all guards, dispatchers and handlers. The routes of an application
//! without one are not wrapped, so they pay nothing. Several are told through one that tells them all.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::refusal::{Meaning, meaning};
use crate::handler::{Action, Endpoint};
use crate::{Flow, Request, Response, Result, RouteTable};

/// Is told of every request of an application; see [`App::observe`](crate::App::observe).
///
/// An application may have several, metrics and an access log for example. They are told in the order in
/// which they were added, of beginnings as of ends.
///
/// It is called on the thread that serves the request. The other connections of that thread wait
/// meanwhile, so it must be quick and must not block.
///
/// ```
/// use httpz::prelude::*;
/// use httpz::{Ended, Observe};
///
/// struct AccessLog;
///
/// impl Observe for AccessLog {
///     fn ended(&self, ended: &Ended<'_>) {
///         let Ended { req, status, took, .. } = ended;
///         println!("{} {} {status:?} in {took:?}", req.method(), req.target());
///     }
/// }
///
/// let app = App::new((), |r| r.get("/", handler(|_, _| "hello"))).observe(AccessLog);
/// # httpz::testing::Client::new(app).get("/").text("hello");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no observer: make a type that has what it needs, and implement `httpz::Observe` for it",
    label = "not an observer",
    note = "one method is enough: `fn ended(&self, ended: &httpz::Ended<'_>)`"
)]
pub trait Observe: Send + Sync + 'static {
    /// Learns the routes, when the application is built.
    fn routes(&self, routes: &RouteTable) {
        let _ = routes;
    }

    /// A request begins.
    fn began(&self, req: &Request) {
        let _ = req;
    }

    /// A request that began has ended.
    fn ended(&self, ended: &Ended<'_>);
}

/// One for all of them, if there are any.
pub(super) fn together(mut observers: Vec<Arc<dyn Observe>>) -> Option<Arc<dyn Observe>> {
    match observers.len() {
        0 | 1 => observers.pop(),
        _ => Some(Arc::new(Several(observers))),
    }
}

/// Tells each of them, in their order.
struct Several(Vec<Arc<dyn Observe>>);

impl Observe for Several {
    fn routes(&self, routes: &RouteTable) {
        self.0.iter().for_each(|observer| observer.routes(routes));
    }

    fn began(&self, req: &Request) {
        self.0.iter().for_each(|observer| observer.began(req));
    }

    fn ended(&self, ended: &Ended<'_>) {
        self.0.iter().for_each(|observer| observer.ended(ended));
    }
}

/// What is known of a request that has ended.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Ended<'a> {
    /// The request.
    pub req: &'a Request,
    /// The place of its route in the [`RouteTable`]; `None` where no route matched.
    pub route: Option<usize>,
    /// The status of the answer, or of the error before `on_error` has shaped it; `None` when the
    /// handler was dropped before it was done, for example because the peer has gone.
    pub status: Option<u16>,
    /// The time from the look-up of its route until its handler was done.
    pub took: Duration,
}

/// A request that has begun; tells its observer when it ends, even if it is dropped.
pub(super) struct Watch<'a> {
    observer: &'a dyn Observe,
    began: Instant,
    so_far: Ended<'a>,
}

impl<'a> Watch<'a> {
    pub(super) fn begin(observer: &'a dyn Observe, req: &'a Request, route: Option<usize>) -> Self {
        observer.began(req);
        let so_far = Ended { req, route, status: None, took: Duration::ZERO };
        Self { observer, began: Instant::now(), so_far }
    }

    /// Ends it with this outcome. What an error [means](meaning) is only looked at: it is replaced when it is
    /// told, the same with an observer as without.
    pub(super) fn end(mut self, outcome: &Result, res: &Response, meanings: &[Meaning]) {
        self.so_far.status = Some(match outcome {
            Err(error) if !res.written() => {
                meaning(meanings, error).map_or(error.code(), |meant| meant.code())
            }
            // Told as an error when it is about to be sent.
            Ok(()) if !res.is_sound() => 500,
            _ => res.status_code(),
        });
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        let panicked = std::thread::panicking().then_some(500);
        let status = self.so_far.status.or(panicked);
        self.observer.ended(&Ended { status, took: self.began.elapsed(), ..self.so_far });
    }
}

/// A route with its observer.
pub(super) struct Observed<C> {
    pub(super) observer: Arc<dyn Observe>,
    pub(super) meanings: Arc<[Meaning]>,
    pub(super) route: usize,
    pub(super) inner: Action<C>,
}

impl<C: 'static> Endpoint<C> for Observed<C> {
    fn ready(&self, req: &Request) -> bool {
        self.inner.ready(req)
    }

    fn now(&self, cx: &mut C, req: &Request, res: &mut Response) -> Result {
        let watch = Watch::begin(&*self.observer, req, Some(self.route));
        let outcome = self.inner.now(cx, req, res);
        watch.end(&outcome, res, &self.meanings);
        outcome
    }

    fn call<'a>(&'a self, cx: &'a mut C, req: &'a Request, res: &'a mut Response) -> Flow<'a> {
        Flow::within(req, async move {
            let watch = Watch::begin(&*self.observer, req, Some(self.route));
            let outcome = self.inner.call(cx, req, res).await;
            watch.end(&outcome, res, &self.meanings);
            outcome
        })
    }
}
