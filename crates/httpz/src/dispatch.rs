//! What runs around handlers: guards, dispatchers and the data of a group.
//!
//! A **guard** runs before a handler, is sync, and either makes the context for it or refuses. A
//! **check** is a guard that leaves the context as it is. A **dispatcher** runs around: it awaits the
//! rest, and may look at the answer, run the rest again, or leave it out. All of them run before the
//! body of the request is read, so a refusal costs no upload.
//!
//! Each is an endpoint that takes the context `C` of its place and holds an inner endpoint, which takes
//! the context `R`. A guard around a sync handler runs on the stack, like the handler alone.

use std::fmt;
use std::sync::Arc;

use crate::handler::{Action, Endpoint};
use crate::meaning::{self, Meaning, Meanings};
use crate::{Flow, Request, Response, Result, Shared};

/// What a dispatcher runs around: the guards and dispatchers inside it, and the handler.
///
/// ```
/// use httpz::prelude::*;
///
/// async fn timed<C>(next: Next<'_, C>, cx: &mut C, req: &Request, res: &mut Response) -> Result {
///     let began = std::time::Instant::now();
///     let outcome = next.run(cx, req, res).await;
///     res.header("server-timing", format!("app;dur={}", began.elapsed().as_millis()));
///     outcome
/// }
///
/// let app = App::new((), |r| r.dispatch(timed).get("/", handler(|_, _| "hello")));
/// # assert!(httpz::testing::Client::new(app).get("/").find_header("server-timing").is_some());
/// ```
///
/// An error takes the place of the whole answer, this field included. What answers to errors shall say as well
/// is set before and kept:
///
/// ```
/// use httpz::prelude::*;
///
/// async fn named<C>(next: Next<'_, C>, cx: &mut C, req: &Request, res: &mut Response) -> Result {
///     res.header("x-request-id", req.header("x-request-id").unwrap_or("none")).keep_headers();
///     next.run(cx, req, res).await
/// }
///
/// let app = App::new((), |r| {
///     r.dispatch(named).get("/", handler(|_, _| Error::status(403, "not for you")))
/// });
/// # httpz::testing::Client::new(app).get("/").status(403).header("x-request-id", "none");
/// ```
///
/// It may make a context of another type, and wait for what that takes, as for a session from a store:
///
/// ```
/// use httpz::prelude::*;
///
/// struct Store;
/// # impl Store {
/// #     async fn session(&self, token: &str) -> Option<Session> {
/// #         (token == "t").then(|| Session { user: "ann".into() })
/// #     }
/// # }
///
/// struct Session {
///     user: String,
/// }
///
/// async fn signed_in(
///     next: Next<'_, Session>,
///     store: &mut Shared<Store>,
///     req: &Request,
///     res: &mut Response,
/// ) -> Result {
///     let token = req.cookie("session").or_status(401)?;
///     let mut session = store.session(token).await.or_status(401)?;
///     next.run(&mut session, req, res).await
/// }
///
/// #[get("/me")]
/// fn me(session: &Session) -> String {
///     session.user.clone()
/// }
///
/// let app = App::new(Store, |r| r.dispatch(signed_in).mount(routes![me]));
/// # let client = httpz::testing::Client::new(app);
/// # client.get("/me").status(401);
/// # client.request(Method::Get, "/me").header("cookie", "session=t").send().text("ann");
/// ```
///
/// Or shape the errors of its group in a way of their own. It sees their status, whatever type they came from; what is
/// the server's fault is passed on, since only then it is logged:
///
/// ```
/// use httpz::prelude::*;
///
/// async fn pages<C>(next: Next<'_, C>, cx: &mut C, req: &Request, res: &mut Response) -> Result {
///     match next.run(cx, req, res).await {
///         Err(error) if error.code() < 500 && !res.written() => {
///             res.clear();
///             res.status(error.code());
///             Html(format!("<h1>Admin: {}</h1>", error.code())).respond(res)
///         }
///         outcome => outcome,
///     }
/// }
///
/// fn only_admins(_: &Shared<()>, req: &Request) -> Result {
///     req.header("x-admin").map(|_| ()).or_status(403)
/// }
///
/// let app = App::new((), |r| {
///     r.group("/admin", |g| g.dispatch(pages).check(only_admins).get("/", handler(|_, _| "hello")))
/// });
/// # httpz::testing::Client::new(app).get("/admin/").status(403).text("<h1>Admin: 403</h1>");
/// ```
///
/// It can be run again, as long as nothing of an answer has been sent:
///
/// ```
/// use httpz::prelude::*;
///
/// async fn once_more<C>(next: Next<'_, C>, cx: &mut C, req: &Request, res: &mut Response) -> Result {
///     match next.run(cx, req, res).await {
///         Err(error) if error.code() == 503 && !res.written() => {
///             res.clear();
///             next.run(cx, req, res).await
///         }
///         outcome => outcome,
///     }
/// }
/// # use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
/// # fn moody(calls: &AtomicU64, _: &Request, _: &mut Response) -> Result<String> {
/// #     match calls.fetch_add(1, Relaxed) {
/// #         0 => Err(Error::status(503, "not now")),
/// #         n => Ok(n.to_string()),
/// #     }
/// # }
/// # let app = App::new(AtomicU64::new(0), |r| r.dispatch(once_more).get("/", moody));
/// # httpz::testing::Client::new(app).get("/").status(200).text("1");
/// ```
pub struct Next<'a, R: 'static> {
    endpoint: &'a dyn Endpoint<R>,
    meanings: &'a [Meaning],
}

impl<R> Clone for Next<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Next<'_, R> {}

impl<R> fmt::Debug for Next<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").finish_non_exhaustive()
    }
}

impl<'a, R> Next<'a, R> {
    /// Runs the rest with this context.
    ///
    /// # Errors
    ///
    /// Those of the rest; pass them on, and `on_error` shapes the answer. What is known of their kind
    /// ([`HttpError`](crate::HttpError), [`App::error`](crate::App::error)) they say already, so that their
    /// [`code`](crate::Error::code) is the status of the answer.
    #[inline]
    pub async fn run(self, cx: &mut R, req: &Request, res: &mut Response) -> Result {
        let outcome = self.endpoint.call(cx, req, res).await;
        outcome.map_err(|error| meaning::interpret(self.meanings, error))
    }

    /// Runs the rest, for dispatchers that have nothing to do afterwards and so need no future.
    /// Whoever looks at the error of an outcome asks by [`Next::run`].
    #[inline]
    pub fn flow(self, cx: &'a mut R, req: &'a Request, res: &'a mut Response) -> Flow<'a> {
        self.endpoint.call(cx, req, res)
    }
}

/// Runs around the routes of a group: takes the context `C` and passes on an `R`.
///
/// An `async fn(Next<'_, R>, &mut C, &Request, &mut Response) -> Result` is one, and so is
/// a closure `async |…| …` (not `|…| async { … }`, whose future may not borrow the arguments). One with
/// settings is a function that returns such a closure:
///
/// ```
/// use httpz::prelude::*;
/// use httpz::Dispatch;
///
/// fn powered_by<C: 'static>(name: &'static str) -> impl Dispatch<C, C> {
///     async move |next: Next<'_, C>, cx: &mut C, req: &Request, res: &mut Response| -> Result {
///         res.header("x-powered-by", name);
///         next.run(cx, req, res).await
///     }
/// }
///
/// let app = App::new((), |r| r.dispatch(powered_by("tea")).get("/", handler(|_, _| "hello")));
/// # httpz::testing::Client::new(app).get("/").header("x-powered-by", "tea");
/// ```
///
/// Or a type of its own, which can have methods and tests:
///
/// ```
/// use httpz::prelude::*;
/// use httpz::{Dispatch, Flow};
///
/// /// Refuses bodies that are announced to be longer than this.
/// struct AtMost {
///     bytes: usize,
/// }
///
/// impl<C: 'static> Dispatch<C, C> for AtMost {
///     fn dispatch<'a>(
///         &'a self,
///         next: Next<'a, C>,
///         cx: &'a mut C,
///         req: &'a Request,
///         res: &'a mut Response,
///     ) -> Flow<'a> {
///         let length = req.header("content-length").and_then(|length| length.parse().ok());
///         if length.is_some_and(|length: usize| length > self.bytes) {
///             return Flow::Done(Err(Error::status(413, "too much")));
///         }
///         next.flow(cx, req, res)
///     }
/// }
///
/// let app = App::new((), |r| r.dispatch(AtMost { bytes: 3 }).post("/", handler(|_, _| "thanks")));
/// # let client = httpz::testing::Client::new(app);
/// # client.post("/", 123).status(200).text("thanks");
/// # client.post("/", 1234).status(413).text("too much");
/// ```
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
        Flow::within(req, async move { self(next, cx, req, res).await })
    }
}

/// A dispatcher around an endpoint.
pub(crate) struct Dispatched<D, R> {
    pub(crate) dispatcher: Arc<D>,
    /// What errors mean that pass by it.
    pub(crate) meanings: Meanings,
    pub(crate) inner: Action<R>,
}

impl<C, R, D> Endpoint<C> for Dispatched<D, R>
where
    R: 'static,
    D: Dispatch<C, R>,
{
    fn call<'a>(&'a self, cx: &'a mut C, req: &'a Request, res: &'a mut Response) -> Flow<'a> {
        let next = Next { endpoint: &*self.inner, meanings: &self.meanings };
        self.dispatcher.dispatch(next, cx, req, res)
    }
}

/// A guard before an endpoint.
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
        // Before anything is waited for: the body of a refused request must not be read.
        let mut made = match (self.guard)(cx, req) {
            Ok(made) => made,
            Err(error) => return Flow::Done(Err(error)),
        };
        if self.inner.ready(req) {
            return Flow::Done(self.inner.now(&mut made, req, res));
        }
        // What the guard made moves into the future, together with the call that borrows it.
        let inner = &*self.inner;
        Flow::within(req, async move { inner.call(&mut made, req, res).await })
    }
}

/// A check before an endpoint.
pub(crate) struct Checked<D, C> {
    pub(crate) check: Arc<D>,
    pub(crate) inner: Action<C>,
}

impl<C, D> Endpoint<C> for Checked<D, C>
where
    C: 'static,
    D: Fn(&C, &Request) -> Result + Send + Sync + 'static,
{
    #[inline]
    fn ready(&self, req: &Request) -> bool {
        self.inner.ready(req)
    }

    #[inline]
    fn now(&self, cx: &mut C, req: &Request, res: &mut Response) -> Result {
        (self.check)(cx, req)?;
        self.inner.now(cx, req, res)
    }

    fn call<'a>(&'a self, cx: &'a mut C, req: &'a Request, res: &'a mut Response) -> Flow<'a> {
        match (self.check)(cx, req) {
            Ok(()) => self.inner.call(cx, req, res),
            Err(error) => Flow::Done(Err(error)),
        }
    }
}

/// A limit of its own for the body of an endpoint. Where several are nested, the innermost counts:
/// each sets the limit before it asks the next whether it is ready.
pub(crate) struct Limited<C> {
    pub(crate) bytes: u64,
    pub(crate) inner: Action<C>,
}

/// Puts a limit before an endpoint.
pub fn limited<C: 'static>(bytes: u64, inner: Action<C>) -> Action<C> {
    Arc::new(Limited { bytes, inner })
}

impl<C: 'static> Endpoint<C> for Limited<C> {
    #[inline]
    fn ready(&self, req: &Request) -> bool {
        req.limit_body(self.bytes);
        self.inner.ready(req)
    }

    #[inline]
    fn now(&self, cx: &mut C, req: &Request, res: &mut Response) -> Result {
        self.inner.now(cx, req, res)
    }

    fn call<'a>(&'a self, cx: &'a mut C, req: &'a Request, res: &'a mut Response) -> Flow<'a> {
        req.limit_body(self.bytes);
        self.inner.call(cx, req, res)
    }
}

/// An endpoint whose context is the data of its group.
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
        // In the arena the value lives as long as the call, so no second future is needed to hold it.
        self.inner.call(req.arena().value(self.data), req, res)
    }
}
