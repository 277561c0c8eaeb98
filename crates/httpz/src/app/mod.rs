//! The application: what a user puts together, checks and starts.
//!
//! [`App`] gathers routes, fallbacks and the configuration; [`App::build`] turns it into a
//! [`Built`], which is the service that connections call. Nothing is checked before that, so that
//! all mistakes are told at once and none by a panic.
//!
//! Here it is put together and checked. What is answered where no handler has is said in `fallbacks`,
//! how it is started in `start`; a request's way through it is in `service`.

mod developer;
mod fallbacks;
mod observe;
pub(crate) mod refusal;
mod service;
mod start;

use std::fmt;
use std::sync::Arc;

use crate::cors::{Cors, Policy};
use crate::handler::Action;
use crate::meaning::{Meaning, Meanings};
use crate::router::areas::Areas;
use crate::router::error::{BuildError, RouteError};
use crate::router::group::{Group, Router};
use crate::router::listing::RouteTable;
use crate::router::matching::Matching;
use crate::router::registry::{Make, Registry};
use crate::router::table::Table;
use crate::{Config, Result, Shared};

use fallbacks::Fallbacks;
use observe::Observed;
pub use observe::{Ended, Observe};
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
    observers: Vec<Arc<dyn Observe>>,
    config: Config,
}

impl<G: Send + Sync + 'static> App<G> {
    /// An application with this state and the routes that `routes` registers.
    ///
    /// The state is shared by all workers and lives as long as the program: it is leaked, so its
    /// `Drop` does not run (see [`Shared`]).
    ///
    /// All workers see it at once, so what is changed in it is behind a lock or atomic, or each of them has its own
    /// ([`PerThread`](crate::PerThread)). What cannot be shared does not compile:
    ///
    /// ```compile_fail,E0277
    /// use httpz::prelude::*;
    ///
    /// let app = App::new(std::cell::Cell::new(0), |r| r);
    /// ```
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
            fallbacks: Fallbacks::default(),
            meanings: Vec::new(),
            cors: None,
            matching: Matching::default(),
            observers: Vec::new(),
            config: Config::default(),
        }
    }

    /// Lets somebody hear of every request, beside those who do already; see [`Observe`].
    pub fn observe(mut self, observer: impl Observe) -> Self {
        self.observers.push(Arc::new(observer));
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

    /// Redirects a path without a route to the one with or without a slash at its end, if that has one (308, so that
    /// method and body stay the same): each page has a single address.
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// let app = App::new((), |r| {
    ///     r.get("/users", handler(|_, _| "all")).get("/docs/", handler(|_, _| "docs"))
    /// })
    /// .redirect_trailing_slash();
    /// # let client = httpz::testing::Client::new(app);
    /// # client.get("/users/?a=b").status(308).header("location", "../users?a=b");
    /// # client.get("/docs").status(308).header("location", "./docs/");
    /// # client.get("/nowhere/").status(404);
    /// # client.get("//docs").status(404);
    /// ```
    pub fn redirect_trailing_slash(mut self) -> Self {
        self.matching.redirects_trailing_slash = true;
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
        let meanings: Meanings = std::mem::take(&mut self.meanings).into();
        let observer = observe::together(std::mem::take(&mut self.observers));
        if let Some(observer) = &observer {
            observer.routes(&self.routes());
        }
        let ready = |route, make: &Make<G>| {
            let (inner, meanings) = (make(&meanings), &meanings);
            match observer.clone() {
                Some(observer) => {
                    let meanings = meanings.clone();
                    Arc::new(Observed { observer, meanings, route, inner }) as Action<_>
                }
                None => inner,
            }
        };
        for route in &mut self.registry.routes {
            route.cors = route.cors.take().or_else(|| self.cors.clone());
        }
        let areas = std::mem::take(&mut self.registry.areas);
        let areas = Areas::new(areas, self.cors, self.matching);
        let table = Table::new(self.registry, self.matching, ready);
        Ok(Built {
            state: self.state,
            table,
            fallbacks: self.fallbacks,
            meanings,
            areas,
            observer,
            config: self.config,
        })
    }
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
