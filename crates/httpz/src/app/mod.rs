//! The application: what a user puts together, checks and starts.
//!
//! [`App`] gathers routes, fallbacks and the configuration; [`App::build`] turns it into a
//! [`Built`], which is the service that connections call. Nothing is checked before that, so that
//! all mistakes are told at once and none by a panic.

mod developer;
mod observe;
pub(crate) mod refusal;
mod service;

use std::error::Error as StdError;
use std::fmt;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use crate::cors::{Cors, Policy};
use crate::handler::{Action, Handler};
use crate::router::error::{BuildError, RouteError};
use crate::router::group::{Group, Router};
use crate::router::listing::RouteTable;
use crate::router::matching::Matching;
use crate::router::registry::Registry;
use crate::router::table::Table;
use crate::{Config, Error, Handle, HttpError, Places, Request, Response, Result, Server, Shared};

use observe::Observed;
pub use observe::{Ended, Observe};
use refusal::{Meaning, OnError};
pub use service::Built;

/// An application: its state `G`, its routes, and what happens when there is none.
///
/// ```
/// use httpz::prelude::*;
///
/// let app = App::new((), |r| r.get("/", |_: &Request, _: &mut Response| "hello"));
/// # httpz::testing::Client::new(app).get("/").status(200).text("hello");
/// ```
///
/// # Which route answers
///
/// The path decides first: per segment from the left, static text before parameters before globs
/// (see `httpz_router`). Then the method is looked up among the routes of that one pattern. A HEAD
/// request is answered by the route for GET, an OPTIONS request by the list of methods, unless
/// there are routes for them; any other method is answered with 405 and that list.
#[must_use = "an application does nothing until it is started"]
pub struct App<G: 'static> {
    state: Shared<G>,
    pub(crate) registry: Registry<G>,
    fallbacks: Fallbacks<G>,
    /// What errors of other libraries mean here, asked in the order of registration.
    meanings: Vec<Meaning>,
    cors: Option<Arc<Policy>>,
    matching: Matching,
    observer: Option<Arc<dyn Observe>>,
    config: Config,
}

/// What answers where no route does.
struct Fallbacks<G: 'static> {
    not_found: Option<Action<Shared<G>>>,
    method_not_allowed: Option<Action<Shared<G>>>,
    on_error: Option<OnError<G>>,
}

impl<G: Send + Sync + 'static> App<G> {
    /// An application with this state and the routes that `routes` registers.
    ///
    /// The state is shared by all workers and lives as long as the program: it is leaked, so its
    /// `Drop` does not run (see [`Shared`]).
    pub fn new<R>(state: G, routes: impl FnOnce(Router<G>) -> Group<G, R>) -> Self {
        Self::with_routes(state, routes(Group::root()).into_registry())
    }

    /// Like [`App::new`], for closures that use the `try_` methods.
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// let hi = handler(|_, _| "hi");
    /// let error = App::try_new((), |r| r.try_get("/:a", hi)?.try_get("/:b", hi)).err();
    /// assert!(error.expect("both match the same").to_string().contains("/:a"));
    /// ```
    ///
    /// # Errors
    ///
    /// What the closure returns.
    pub fn try_new<R, E>(
        state: G,
        routes: impl FnOnce(Router<G>) -> Result<Group<G, R>, E>,
    ) -> Result<Self, E> {
        Ok(Self::with_routes(state, routes(Group::root())?.into_registry()))
    }

    fn with_routes(state: G, registry: Registry<G>) -> Self {
        Self {
            state: Shared::leak(state),
            registry,
            fallbacks: Fallbacks { not_found: None, method_not_allowed: None, on_error: None },
            meanings: Vec::new(),
            cors: None,
            matching: Matching::default(),
            observer: None,
            config: Config::default(),
        }
    }

    /// Answers requests for which there is no path. The status is 404 unless the handler sets one.
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// let app = App::new((), |r| r).not_found(|req: &Request, _: &mut Response| {
    ///     format!("there is no {}", req.path())
    /// });
    /// # httpz::testing::Client::new(app).get("/x").status(404).text("there is no /x");
    /// ```
    pub fn not_found<M>(mut self, handler: impl Handler<Shared<G>, M>) -> Self {
        self.fallbacks.not_found = Some(handler.into_endpoint());
        self
    }

    /// Answers requests whose path has no route for their method. The status is 405 unless the
    /// handler sets one; `Allow` is set.
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// let refuse = handler(|req, _| format!("not by {}", req.method()));
    /// let app = App::new((), |r| r.get("/", handler(|_, _| "hello"))).method_not_allowed(refuse);
    /// # httpz::testing::Client::new(app).delete("/").status(405)
    /// #     .header("allow", "GET, HEAD, OPTIONS").text("not by DELETE");
    /// ```
    pub fn method_not_allowed<M>(mut self, handler: impl Handler<Shared<G>, M>) -> Self {
        self.fallbacks.method_not_allowed = Some(handler.into_endpoint());
        self
    }

    /// Shapes the answer to everything that went wrong: errors of handlers, guards and extractors,
    /// malformed requests, limits, panics, and paths or methods without a route.
    ///
    /// The response is fresh but for the status, which is that of the error, and the fields that the
    /// error brings ([`Error::with_header`]). Without this, clients that accept JSON get a problem report
    /// (RFC 9457), others the text ([`shape_error`](crate::shape_error)). Errors that are the server's
    /// fault go to standard error in any case, with their cause and the URL as it was sent; with the
    /// feature `tracing` they are events of it.
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// let app = App::new((), |r| r).on_error(|req, res, error| {
    ///     let _ = res.json(&json!({ "error": error.message(), "path": req.path() }));
    /// });
    /// # httpz::testing::Client::new(app).get("/x").status(404)
    /// #     .json(json!({ "error": "Not Found", "path": "/x" }));
    /// ```
    pub fn on_error<F>(mut self, shape: F) -> Self
    where
        F: Fn(&Request, &mut Response, &Error) + Send + Sync + 'static,
    {
        self.fallbacks.on_error = Some(Box::new(move |_, req, res, error| shape(req, res, error)));
        self
    }

    /// Like [`App::on_error`], with the state of the application.
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// struct Site {
    ///     name: &'static str,
    /// }
    ///
    /// let app = App::new(Site { name: "acme" }, |r| r).on_error_with(|site, _, res, error| {
    ///     res.text(&format!("{}: {}", site.name, error.message()));
    /// });
    /// # httpz::testing::Client::new(app).get("/x").text("acme: Not Found");
    /// ```
    pub fn on_error_with<F>(mut self, shape: F) -> Self
    where
        F: Fn(&G, &Request, &mut Response, &Error) + Send + Sync + 'static,
    {
        self.fallbacks.on_error = Some(Box::new(shape));
        self
    }

    /// Says what errors of type `E` mean, wherever `?` has made a 500 of one: in handlers, guards and
    /// extractors.
    ///
    /// The error itself is kept for the log.
    ///
    /// ```
    /// use httpz::prelude::*;
    /// use std::num::ParseIntError;
    ///
    /// #[get("/double/:text")]
    /// fn double(text: &str) -> Result<String> {
    ///     Ok((2 * text.parse::<u32>()?).to_string())
    /// }
    ///
    /// let app = App::new((), |r| r.mount(routes![double]))
    ///     .error(|error: &ParseIntError| Error::status(422, error.to_string()));
    /// # httpz::testing::Client::new(app).get("/double/x").status(422)
    /// #     .text("invalid digit found in string");
    /// ```
    pub fn error<E, F>(mut self, meaning: F) -> Self
    where
        E: StdError + Send + Sync + 'static,
        F: Fn(&E) -> Error + Send + Sync + 'static,
    {
        let meaning = move |source: &(dyn StdError + 'static)| source.downcast_ref().map(&meaning);
        self.meanings.push(Box::new(meaning));
        self
    }

    /// Says that errors of type `E` know what they mean. Only for those that no route with an attribute
    /// returns, such as one that only guards return: of the others it is known.
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// #[derive(Debug, thiserror::Error, HttpError)]
    /// enum Denied {
    ///     #[error("who are you?")]
    ///     #[status(401)]
    ///     Stranger,
    /// }
    ///
    /// let app = App::new((), |r| {
    ///     r.guard(|_: &mut Shared<()>, _: &Request| Err::<(), _>(Denied::Stranger.into()))
    ///         .get("/", handler(|_, _| "never"))
    /// })
    /// .errors::<Denied>();
    /// # httpz::testing::Client::new(app).get("/").status(401).text("who are you?");
    /// ```
    pub fn errors<E: HttpError + StdError + Send + Sync + 'static>(self) -> Self {
        self.error(E::to_error)
    }

    /// Lets somebody hear of every request; see [`Observe`]. One at a time: the last one counts.
    pub fn observe(mut self, observer: impl Observe) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Lets the text of patterns match whatever the case of its ASCII letters; parameters keep theirs.
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// let show = handler(|req, _| req.param("Name").unwrap_or("nobody").to_owned());
    /// let app = App::new((), |r| r.get("/Users/:Name", show)).match_any_case();
    /// # httpz::testing::Client::new(app).get("/uSERS/Ann").text("Ann");
    /// ```
    pub fn match_any_case(mut self) -> Self {
        self.matching.any_case = true;
        self
    }

    /// Lets a path match with and without a slash at its end, where only one of the two has a route.
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// let app = App::new((), |r| r.get("/users", handler(|_, _| "all"))).match_trailing_slash();
    /// # httpz::testing::Client::new(app).get("/users/").text("all");
    /// ```
    pub fn match_trailing_slash(mut self) -> Self {
        self.matching.any_trailing_slash = true;
        self
    }

    /// Lets pages of other origins use the application: every answer says so, errors included, and
    /// preflights are answered for every path. [`Group::cors`] says otherwise for its routes.
    ///
    /// ```
    /// use httpz::Cors;
    /// use httpz::prelude::*;
    ///
    /// let app = App::new((), |r| r.get("/", handler(|_, _| "hello")))
    ///     .cors(Cors::origins(["https://a.example", "https://b.example"]).credentials());
    /// # let client = httpz::testing::Client::new(app).header("origin", "https://b.example");
    /// # for reply in [client.get("/"), client.get("/nowhere"), client.delete("/")] {
    /// #     reply.header("access-control-allow-origin", "https://b.example").header("vary", "Origin");
    /// # }
    /// ```
    pub fn cors(mut self, cors: Cors) -> Self {
        match cors.check() {
            Ok(policy) => self.cors = Some(Arc::new(policy)),
            Err(error) => self.registry.errors.push(RouteError::Cors(error)),
        }
        self
    }

    /// Sets everything that can be set.
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// The routes, for people.
    pub fn routes(&self) -> RouteTable {
        RouteTable { routes: self.registry.routes.iter().map(|route| route.info.clone()).collect() }
    }

    /// Checks all routes and makes the service.
    ///
    /// The names of path parameters are leaked: a few bytes for each call.
    ///
    /// # Errors
    ///
    /// Every route that cannot be registered, with the reason: a malformed pattern, two routes that
    /// answer the same requests, more parameters than `request.max_param_count`.
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// fn show(_: &Request, _: &mut Response) {}
    /// fn edit(_: &Request, _: &mut Response) {}
    ///
    /// let app = App::new((), |r| r.get("/users/:id", show).get("/users/:name", edit));
    /// let error = app.build().err().expect("both match the same").to_string();
    /// assert!(error.contains("/users/:id") && error.contains("show"));
    /// assert!(error.contains("/users/:name") && error.contains("edit"));
    /// ```
    pub fn build(mut self) -> Result<Built<G>, BuildError> {
        let mut errors = std::mem::take(&mut self.registry.errors);
        errors.extend(self.registry.conflicts(self.matching));
        let limit = self.config.request.max_param_count;
        let too_many = self.registry.routes.iter().filter(|route| route.param_count() > limit);
        errors.extend(too_many.map(|route| RouteError::TooManyParams {
            pattern: route.info.pattern.clone(),
            handler: route.info.handler.to_owned(),
            count: route.param_count(),
            limit,
        }));
        if !errors.is_empty() {
            return Err(BuildError { errors });
        }
        let known = std::mem::take(&mut self.registry.meanings).into_iter();
        self.meanings.extend(known.map(|meaning| Box::new(meaning) as Meaning));
        let meanings: Arc<[Meaning]> = std::mem::take(&mut self.meanings).into();
        if let Some(observer) = &self.observer {
            observer.routes(&self.routes());
            for (i, route) in self.registry.routes.iter_mut().enumerate() {
                let inner = route.action.clone();
                let (observer, meanings) = (observer.clone(), meanings.clone());
                route.action = Arc::new(Observed { observer, meanings, route: i, inner });
            }
        }
        for route in &mut self.registry.routes {
            route.cors = route.cors.take().or_else(|| self.cors.clone());
        }
        Ok(Built {
            state: self.state,
            table: Table::new(self.registry, self.matching),
            fallbacks: self.fallbacks,
            meanings,
            cors: self.cors,
            observer: self.observer,
            config: self.config,
        })
    }

    /// Serves at this address, or at several, until SIGINT or SIGTERM comes; then answers what is in
    /// flight and returns. Blocks the calling thread.
    ///
    /// `"127.0.0.1:5882"`, `"unix:/run/app.sock"`, a `SocketAddr`, a [`Listen`](crate::Listen), or a
    /// list of these. It takes the place of what the configuration says about it.
    ///
    /// ```no_run
    /// use httpz::prelude::*;
    ///
    /// fn main() -> httpz::Result {
    ///     App::new((), |r| r.get("/", handler(|_, _| "hello"))).listen("127.0.0.1:5882")
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Mistakes in the routes or the configuration, and what the system says to the address.
    pub fn listen(self, addr: impl Places) -> Result {
        wait_for_signal(&self.start_on(addr)?)
    }

    /// Like [`App::listen`], where the configuration says.
    ///
    /// ```no_run
    /// use httpz::prelude::*;
    ///
    /// fn main() -> httpz::Result {
    ///     // HTTPZ_PORT=8080 HTTPZ_REQUEST_MAX_BODY_SIZE=10MiB ./program
    ///     App::new((), |r| r.get("/", handler(|_, _| "hello"))).config(Config::from_env()?).run()
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`App::listen`].
    pub fn run(self) -> Result {
        wait_for_signal(&self.start()?)
    }

    /// Starts workers at the address of the configuration and returns.
    ///
    /// The workers have threads of their own, so this works inside a running async runtime too.
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// let config = Config { port: 0, workers: 1, ..Config::default() }; // any free port
    /// let server = App::new((), |r| r.get("/", handler(|_, _| "hello"))).config(config).start()?;
    /// println!("listening on {}", server.addr());
    /// server.shutdown();
    /// server.wait();
    /// # Ok::<(), httpz::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`App::listen`].
    pub fn start(self) -> Result<Handle> {
        let built = self.build().map_err(|error| Error::status(500, error.to_string()))?;
        let config = built.config.clone();
        Server::start(built, config)
    }

    /// Like [`App::start`], at this address.
    ///
    /// # Errors
    ///
    /// As for [`App::listen`].
    pub fn start_on(mut self, addr: impl Places) -> Result<Handle> {
        let Config { address, port, .. } = Config::default();
        self.config = Config { listen: addr.places()?, address, port, ..self.config };
        self.start()
    }
}

/// On a thread of its own: the calling one may belong to an async runtime, on which the one that waits
/// for signals could not run.
fn wait_for_signal(server: &Handle) -> Result {
    let waited = thread::scope(|scope| scope.spawn(|| server.wait_for_signal()).join());
    waited.unwrap_or_else(|panic| resume_unwind(panic))
}

impl<G> fmt::Debug for App<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("routes", &self.registry.routes.len())
            .field("errors", &self.registry.errors)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
