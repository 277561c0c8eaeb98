//! Observers, which are told of every request: for metrics and access logs.
//!
//! An [`Observe`] stands around all guards, dispatchers and handlers. The routes of an application
//! without one are not wrapped, so they pay nothing. Several are told through one that tells them all.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::handler::{Action, Endpoint};
use crate::meaning::{Meaning, Meanings, meaning};
use crate::{Error, Flow, Request, Response, Result, RouteTable};

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
///
/// The status is that of the head. Of an answer that is sent in pieces a 2xx says that its head was sent, not
/// that all pieces were; [`Chunks`](crate::Chunks) are only sent when the handler is done, and so are not in
/// `took`. How many bytes were sent is not known here.
#[derive(Clone, Copy)]
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
    res: &'a Response,
    /// What is about to be told in place of the answer.
    error: Option<&'a Error>,
}

impl<'a> Ended<'a> {
    /// The first value of a field of the response as it was when the handler was done, or of one that its
    /// error brings ([`Error::with_header`]): an id that a dispatcher has given to the request, say.
    ///
    /// What is found is not always sent. The answer to an error has the fields that the error brings and those
    /// that were [kept](Response::keep_headers), but not the others; and what the server adds itself (`Date`,
    /// `Content-Length`), or an `on_error`, is not there yet.
    ///
    /// ```
    /// use httpz::prelude::*;
    /// use httpz::{Ended, Observe};
    ///
    /// struct AccessLog;
    ///
    /// impl Observe for AccessLog {
    ///     fn ended(&self, ended: &Ended<'_>) {
    ///         let id = ended.header("x-request-id").unwrap_or(b"-");
    ///         let Ended { req, status, .. } = ended;
    ///         println!("{} {} {} {status:?}", id.escape_ascii(), req.method(), req.target());
    ///     }
    /// }
    ///
    /// async fn identified<C>(next: Next<'_, C>, cx: &mut C, req: &Request, res: &mut Response) -> Result {
    ///     res.header("x-request-id", req.header("x-request-id").unwrap_or("new")).keep_headers();
    ///     next.run(cx, req, res).await
    /// }
    ///
    /// let app = App::new((), |r| r.dispatch(identified).get("/", handler(|_, _| "hello")));
    /// let app = app.observe(AccessLog);
    /// # httpz::testing::Client::new(app).get("/").header("x-request-id", "new");
    /// ```
    pub fn header(&self, name: &str) -> Option<&'a [u8]> {
        let mut of_error = self.error.into_iter().flat_map(Error::headers);
        let found = of_error.find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_bytes()).or_else(|| self.res.find_header(name))
    }
}

impl fmt::Debug for Ended<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ended")
            .field("req", &self.req)
            .field("route", &self.route)
            .field("status", &self.status)
            .field("took", &self.took)
            .finish_non_exhaustive()
    }
}

/// A request that has begun; tells its observer when it ends, even if it is dropped.
pub(super) struct Watch<'a> {
    observer: &'a dyn Observe,
    began: Instant,
    req: &'a Request,
    route: Option<usize>,
    /// Lent to the handler, and looked at when that is done.
    pub(super) res: &'a mut Response,
    is_told: bool,
}

impl<'a> Watch<'a> {
    pub(super) fn begin(
        observer: &'a dyn Observe,
        req: &'a Request,
        route: Option<usize>,
        res: &'a mut Response,
    ) -> Self {
        // Made before anybody is told, so that those who have heard of its beginning hear of its end.
        let watch = Self { observer, began: Instant::now(), req, route, res, is_told: false };
        observer.began(req);
        watch
    }

    /// Ends it with this outcome. What an error [means](meaning) is only looked at: it is replaced when it is
    /// told, the same with an observer as without.
    pub(super) fn end(mut self, outcome: &Result, meanings: &[Meaning]) {
        let error = outcome.as_ref().err().filter(|_| !self.res.written());
        let meant = error.and_then(|error| meaning(meanings, error));
        let error = meant.as_ref().or(error);
        let status = match error {
            Some(error) => error.code(),
            // Told as an error when it is about to be sent.
            None if outcome.is_ok() && !self.res.is_sound() => 500,
            None => self.res.status_code(),
        };
        self.tell(Some(status), error);
    }

    fn tell(&mut self, status: Option<u16>, error: Option<&Error>) {
        // Before, so that an observer that panics is not told again.
        self.is_told = true;
        let took = self.began.elapsed();
        let Self { observer, req, route, .. } = *self;
        observer.ended(&Ended { req, route, status, took, res: self.res, error });
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if !self.is_told {
            self.tell(std::thread::panicking().then_some(500), None);
        }
    }
}

/// A route with its observer.
pub(super) struct Observed<C> {
    pub(super) observer: Arc<dyn Observe>,
    pub(super) meanings: Meanings,
    pub(super) route: usize,
    pub(super) inner: Action<C>,
}

impl<C: 'static> Endpoint<C> for Observed<C> {
    fn ready(&self, req: &Request) -> bool {
        self.inner.ready(req)
    }

    fn now(&self, cx: &mut C, req: &Request, res: &mut Response) -> Result {
        let watch = Watch::begin(&*self.observer, req, Some(self.route), res);
        let outcome = self.inner.now(cx, req, watch.res);
        watch.end(&outcome, &self.meanings);
        outcome
    }

    fn call<'a>(&'a self, cx: &'a mut C, req: &'a Request, res: &'a mut Response) -> Flow<'a> {
        Flow::within(req, async move {
            let watch = Watch::begin(&*self.observer, req, Some(self.route), res);
            let outcome = self.inner.call(cx, req, watch.res).await;
            watch.end(&outcome, &self.meanings);
            outcome
        })
    }
}
