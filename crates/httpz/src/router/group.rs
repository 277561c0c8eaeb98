//! What users register routes on: the root and the groups in it.
//!
//! A group is passed by value from call to call. Guards, dispatchers and data apply to the routes
//! registered after them, and change the type of the context for those; so what a route can ask for
//! is known where it is registered.

use std::sync::Arc;

use super::error::RouteError;
use super::registry::Registry;
use crate::cors::{Cors, Policy};
use crate::dispatch::{Checked, Dispatched, Guarded, WithData, limited};
use crate::handler::{Action, Handler};
use crate::route::{About, Listed};
use crate::{Dispatch, Method, Request, Result, Routes, Shared, Verb};

/// Puts everything around an action that stands between the root and this place.
type Wrap<G, C> = Arc<dyn Fn(Action<C>) -> Action<Shared<G>>>;

/// The root that [`App::new`](crate::App::new) lends.
pub type Router<G> = Group<G, Shared<G>>;

/// Routes that share a prefix, guards and dispatchers; `C` is the context they run in.
///
/// ```
/// use httpz::prelude::*;
///
/// struct Db;
/// struct User(u64);
///
/// fn auth(_: &mut Shared<Db>, req: &Request) -> Result<User> {
///     let id = req.header("x-user").and_then(|id| id.parse().ok());
///     id.map(User).ok_or_else(|| Error::status(401, "who are you?"))
/// }
///
/// fn whoami(user: &User, _: &Request, _: &mut Response) -> String {
///     format!("user {}", user.0)
/// }
///
/// let app = App::new(Db, |r| {
///     r.get("/ping", handler(|_, _| "pong")) // not guarded: registered before and outside
///         .group("/api", |g| g.guard(auth).get("/me", whoami))
/// });
/// # let client = httpz::testing::Client::new(app);
/// # client.get("/ping").status(200);
/// # client.get("/api/me").status(401).text("who are you?");
/// # client.header("x-user", "7").get("/api/me").text("user 7");
/// ```
#[must_use = "registering gives the group back, with its routes"]
pub struct Group<G: 'static, C> {
    prefix: String,
    wrap: Wrap<G, C>,
    cors: Option<Arc<Policy>>,
    registry: Registry<G>,
}

impl<G> Group<G, Shared<G>> {
    pub(crate) fn root() -> Self {
        let wrap = Arc::new(|action| action);
        Self { prefix: String::new(), wrap, cors: None, registry: Registry::new() }
    }
}

impl<G, C> Group<G, C> {
    pub(crate) fn into_registry(self) -> Registry<G> {
        self.registry
    }
}

impl<G: 'static, C: 'static> Group<G, C> {
    /// Registers a list of routes made by `routes![…]`.
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// #[get("/hello/:name")]
    /// fn hello(name: &str) -> String {
    ///     format!("Hello {name}")
    /// }
    ///
    /// let app = App::new((), |r| r.mount(routes![hello]));
    /// # httpz::testing::Client::new(app).get("/hello/ann").text("Hello ann");
    /// ```
    ///
    /// A list with two routes that answer the same requests does not compile:
    ///
    /// ```compile_fail,E0080
    /// use httpz::prelude::*;
    ///
    /// #[get("/users/:id")]
    /// fn by_id(id: u64) {}
    ///
    /// #[get("/users/:name")]
    /// fn by_name(name: &str) {}
    ///
    /// let app = App::new((), |r| r.mount(routes![by_id, by_name]));
    /// ```
    pub fn mount(mut self, routes: Routes<C>) -> Self {
        for Listed { meta, full_name, action } in routes.list {
            let about = About::routed(meta, full_name);
            if !self.is_under(meta.under) {
                self.registry.errors.push(RouteError::Elsewhere {
                    pattern: meta.answers.first().map_or("", |answers| answers.path).to_owned(),
                    handler: full_name.to_owned(),
                    under: meta.under.to_owned(),
                    prefix: self.prefix.clone(),
                });
                continue;
            }
            for answers in meta.answers {
                self.note(answers.verb, answers.path, about, action.clone());
            }
        }
        self
    }

    /// Is this the group that a route says it stands in? Names count: arguments are read by them.
    fn is_under(&self, prefix: &str) -> bool {
        prefix.is_empty() || self.prefix.trim_end_matches('/') == prefix.trim_end_matches('/')
    }

    /// Registers routes under a prefix, which may be empty and have parameters.
    ///
    /// A route with an empty path, `#[get("")]` as well as below, answers at the prefix itself. How a
    /// typed argument comes from a parameter of the prefix, [`handlers`](crate::handlers) tells.
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// let show = handler(|req, _| format!("{:?}", req.params().collect::<Vec<_>>()));
    /// let app = App::new((), |r| {
    ///     r.group("/teams/:team", |g| {
    ///         g.get("", show) // answers /teams/red; with "/" it would be /teams/red/
    ///             .group("/members", |g| g.get("/:member", show))
    ///     })
    /// });
    /// # let client = httpz::testing::Client::new(app);
    /// # client.get("/teams/red").text(r#"[("team", "red")]"#);
    /// # client.get("/teams/red/").status(404);
    /// # client.get("/teams/red/members/ann").text(r#"[("team", "red"), ("member", "ann")]"#);
    /// ```
    pub fn group<R>(self, prefix: &str, routes: impl FnOnce(Self) -> Group<G, R>) -> Self {
        let (outer, inner) = self.inside(prefix);
        outer.with_registry(routes(inner).registry)
    }

    /// Like [`Group::group`], for closures that use the `try_` methods.
    ///
    /// # Errors
    ///
    /// What the closure returns.
    pub fn try_group<R, E>(
        self,
        prefix: &str,
        routes: impl FnOnce(Self) -> Result<Group<G, R>, E>,
    ) -> Result<Self, E> {
        let (outer, inner) = self.inside(prefix);
        Ok(outer.with_registry(routes(inner)?.registry))
    }

    /// A group within this one, which lends it the routes until it is done.
    fn inside(mut self, prefix: &str) -> (Self, Self) {
        let registry = std::mem::replace(&mut self.registry, Registry::new());
        let inner = Self {
            prefix: join(&self.prefix, prefix),
            wrap: self.wrap.clone(),
            cors: self.cors.clone(),
            registry,
        };
        (self, inner)
    }

    fn with_registry(self, registry: Registry<G>) -> Self {
        Self { registry, ..self }
    }

    /// Registers routes that have something of their own: what the closure puts in front of them ends
    /// with it. The same as [`Group::group`] with an empty prefix.
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// fn logged_in(_: &Shared<()>, req: &Request) -> Result {
    ///     match req.header("authorization") {
    ///         Some(_) => Ok(()),
    ///         None => Err(Error::status(401, "Not authorized")),
    ///     }
    /// }
    ///
    /// let app = App::new((), |r| {
    ///     r.with(|r| r.check(logged_in).delete("/session", handler(|_, _| "bye")))
    ///         .get("/", handler(|_, _| "hello"))
    /// });
    /// # let client = httpz::testing::Client::new(app);
    /// # client.get("/").status(200);
    /// # client.delete("/session").status(401).text("Not authorized");
    /// ```
    pub fn with<R>(self, routes: impl FnOnce(Self) -> Group<G, R>) -> Self {
        self.group("", routes)
    }

    /// Puts a dispatcher around the routes registered after this; they run with what it passes on.
    ///
    /// See [`Dispatch`] for what can be one.
    pub fn dispatch<R, D>(self, dispatcher: D) -> Group<G, R>
    where
        R: 'static,
        D: Dispatch<C, R>,
    {
        let dispatcher = Arc::new(dispatcher);
        self.wrapped(move |inner| Arc::new(Dispatched { dispatcher: dispatcher.clone(), inner }))
    }

    /// Puts a guard before the routes registered after this; they run with what it makes.
    ///
    /// It runs before the body of the request is read. An error is shaped by `on_error`.
    pub fn guard<R, D>(self, guard: D) -> Group<G, R>
    where
        R: 'static,
        D: Fn(&mut C, &Request) -> Result<R> + Send + Sync + 'static,
    {
        let guard = Arc::new(guard);
        self.wrapped(move |inner| Arc::new(Guarded { guard: guard.clone(), inner }))
    }

    /// Puts a check before the routes registered after this: a guard that leaves the context as it is.
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// struct User {
    ///     admin: bool,
    /// }
    ///
    /// fn auth(_: &mut Shared<()>, req: &Request) -> Result<User> {
    ///     Ok(User { admin: req.header("x-user") == Some("root") })
    /// }
    ///
    /// fn only_admins(user: &User, _: &Request) -> Result {
    ///     if user.admin { Ok(()) } else { Err(Error::status(403, "for admins only")) }
    /// }
    ///
    /// let app = App::new((), |r| {
    ///     r.guard(auth).group("/admin", |g| g.check(only_admins).get("/", handler(|_, _| "hello")))
    /// });
    /// # let client = httpz::testing::Client::new(app);
    /// # client.get("/admin/").status(403).text("for admins only");
    /// # client.header("x-user", "root").get("/admin/").text("hello");
    /// ```
    pub fn check<D>(self, check: D) -> Self
    where
        D: Fn(&C, &Request) -> Result + Send + Sync + 'static,
    {
        let check = Arc::new(check);
        self.wrapped(move |inner| Arc::new(Checked { check: check.clone(), inner }))
    }

    /// Gives the routes registered after this data of their own, in place of the context.
    ///
    /// The data is shared by all requests and lives as long as the program (see [`Shared`]).
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// struct Tenant(&'static str);
    ///
    /// fn who(tenant: &Tenant, _: &Request, _: &mut Response) -> &'static str {
    ///     tenant.0
    /// }
    ///
    /// let app = App::new((), |r| {
    ///     r.group("/acme", |g| g.data(Tenant("Acme")).get("/who", who))
    ///         .group("/initech", |g| g.data(Tenant("Initech")).get("/who", who))
    /// });
    /// # httpz::testing::Client::new(app).get("/initech/who").text("Initech");
    /// ```
    pub fn data<T: Send + Sync + 'static>(self, data: T) -> Group<G, Shared<T>> {
        let data = Shared::leak(data);
        self.wrapped(move |inner| Arc::new(WithData { data, inner }))
    }

    /// Lets pages of other origins use the routes registered after this, in place of what
    /// [`App::cors`](crate::App::cors) or an outer group says.
    ///
    /// A preflight is answered as the route for the method that it asks about says. A path without a
    /// route is in no group: its 404 is marked as `App::cors` says.
    ///
    /// ```
    /// use httpz::Cors;
    /// use httpz::prelude::*;
    ///
    /// let app = App::new((), |r| {
    ///     r.group("/public", |g| g.cors(Cors::any_origin()).get("/prices", handler(|_, _| "12")))
    ///         .get("/own", handler(|_, _| "for our own pages"))
    /// });
    /// # let client = httpz::testing::Client::new(app);
    /// # client.get("/public/prices").header("access-control-allow-origin", "*");
    /// # client.get("/own").no_header("access-control-allow-origin");
    /// ```
    pub fn cors(mut self, cors: Cors) -> Self {
        match cors.check() {
            Ok(policy) => self.cors = Some(Arc::new(policy)),
            Err(error) => self.registry.errors.push(RouteError::Cors(error)),
        }
        self
    }

    /// Lets bodies have so many bytes on the routes registered after this, in place of
    /// `request.max_body_size`; more is answered with 413. Inside a group with another limit, the
    /// inner one counts.
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// let size = handler(|req, _| req.body().map_or(0, <[u8]>::len).to_string());
    /// let app = App::new((), |r| {
    ///     r.group("/notes", |g| g.limit(10).post("/", size)) // little
    ///         .group("/files", |g| g.limit(8 * 1024 * 1024).post("/", size)) // much
    ///         .post("/", size) // the default, 1 MiB
    /// });
    /// # let client = httpz::testing::Client::new(app);
    /// # let post = |path: &str, n: usize| {
    /// #     client.request(Method::Post, path).body(vec![b'x'; n]).send().code()
    /// # };
    /// # assert_eq!([post("/notes/", 10), post("/notes/", 11)], [200, 413]);
    /// # assert_eq!([post("/files/", 2 << 20), post("/files/", 9 << 20)], [200, 413]);
    /// # assert_eq!([post("/", 1 << 20), post("/", 2 << 20)], [200, 413]);
    /// ```
    pub fn limit(self, bytes: u64) -> Self {
        self.wrapped(move |inner| limited(bytes, inner))
    }

    fn wrapped<R: 'static>(self, wrap: impl Fn(Action<R>) -> Action<C> + 'static) -> Group<G, R> {
        let outer = self.wrap;
        Group {
            prefix: self.prefix,
            wrap: Arc::new(move |inner| outer(wrap(inner))),
            cors: self.cors,
            registry: self.registry,
        }
    }

    /// Registers a handler for a method.
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// let purge = Method::from_bytes(b"PURGE").expect("it is a token");
    /// let app = App::new((), |r| r.on(purge, "/cache", handler(|_, _| "purged")));
    /// # httpz::testing::Client::new(app).request(purge, "/cache").send().text("purged");
    /// ```
    pub fn on<M>(self, method: Method, path: &str, handler: impl Handler<C, M>) -> Self {
        self.register(Verb::One(method), path, handler)
    }

    /// Like [`Group::on`], but tells at once what is wrong.
    ///
    /// # Errors
    ///
    /// When the pattern is malformed or answers the same requests as an earlier one.
    pub fn try_on<M>(
        self,
        method: Method,
        path: &str,
        handler: impl Handler<C, M>,
    ) -> Result<Self, RouteError> {
        self.try_register(Verb::One(method), path, handler)
    }

    fn register<M, H: Handler<C, M>>(mut self, verb: Verb, path: &str, handler: H) -> Self {
        self.note(verb, path, About::plain::<H>(), handler.into_endpoint());
        self
    }

    fn try_register<M, H: Handler<C, M>>(
        mut self,
        verb: Verb,
        path: &str,
        handler: H,
    ) -> Result<Self, RouteError> {
        self.add(verb, path, About::plain::<H>(), handler.into_endpoint())?;
        Ok(self)
    }

    fn add(
        &mut self,
        verb: Verb,
        path: &str,
        about: About,
        action: Action<C>,
    ) -> Result<(), RouteError> {
        let mut pattern = join(&self.prefix, path);
        if pattern.is_empty() {
            // At the root, as in a URL, a path of nothing is that of the slash (RFC 9110 §4.2.3).
            pattern.push('/');
        }
        let cors = self.cors.clone();
        self.registry.add(verb, pattern, about, cors, (self.wrap)(action))
    }

    fn note(&mut self, verb: Verb, path: &str, about: About, action: Action<C>) {
        if let Err(error) = self.add(verb, path, about, action) {
            self.registry.errors.push(error);
        }
    }
}

macro_rules! verbs {
    ($($(#[$doc:meta])* $name:ident $try_name:ident $verb:expr;)*) => {
        /// One method for each verb. A `try_` method tells at once what the other leaves to
        /// [`App::build`](crate::App::build).
        impl<G: 'static, C: 'static> Group<G, C> {$(
            $(#[$doc])*
            pub fn $name<M>(self, path: &str, handler: impl Handler<C, M>) -> Self {
                self.register($verb, path, handler)
            }

            #[doc = concat!("Like [`Group::", stringify!($name), "`], but tells at once what is wrong.")]
            ///
            /// # Errors
            ///
            /// When the pattern is malformed or answers the same requests as an earlier one.
            pub fn $try_name<M>(
                self,
                path: &str,
                handler: impl Handler<C, M>,
            ) -> Result<Self, RouteError> {
                self.try_register($verb, path, handler)
            }
        )*}
    };
}

verbs! {
    /// Registers a handler for GET, and for HEAD unless that has one of its own.
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// let app = App::new((), |r| r.get("/hello/:name", |req: &Request, _: &mut Response| {
    ///     format!("Hello {}", req.param("name").unwrap_or("you"))
    /// }));
    /// # httpz::testing::Client::new(app).get("/hello/ann").text("Hello ann");
    /// ```
    get try_get Verb::One(Method::Get);
    /// Registers a handler for POST.
    post try_post Verb::One(Method::Post);
    /// Registers a handler for PUT.
    put try_put Verb::One(Method::Put);
    /// Registers a handler for PATCH.
    patch try_patch Verb::One(Method::Patch);
    /// Registers a handler for DELETE.
    delete try_delete Verb::One(Method::Delete);
    /// Registers a handler for HEAD, in place of the one for GET.
    head try_head Verb::One(Method::Head);
    /// Registers a handler for OPTIONS, in place of the answer with `Allow`.
    options try_options Verb::One(Method::Options);
    /// Registers a handler for TRACE.
    trace try_trace Verb::One(Method::Trace);
    /// Registers a handler for CONNECT. Such a request has no path; it is looked up as `/`.
    connect try_connect Verb::One(Method::Connect);
    /// Registers a handler for QUERY.
    query try_query Verb::One(Method::Query);
    /// Registers a handler for every method that has none of its own on this path.
    all try_all Verb::All;
}

/// A prefix and what follows it; a slash at their seam counts once.
///
/// What does not begin with a slash stays alone, so that it is refused for it.
fn join(prefix: &str, path: &str) -> String {
    match path {
        "" => prefix.to_owned(),
        path if path.starts_with('/') => format!("{}{path}", prefix.trim_end_matches('/')),
        path => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn joins_with_one_slash_at_the_seam() {
        for (prefix, path, expected) in [
            ("", "/a", "/a"),
            ("", "", ""),
            ("/api", "/a", "/api/a"),
            ("/api/", "/a", "/api/a"),
            ("/api", "/", "/api/"),
            ("/api", "", "/api"),
            ("/", "/a", "/a"),
            ("/api", "a", "a"),
        ] {
            assert_eq!(join(prefix, path), expected, "{prefix:?} + {path:?}");
        }
    }
}
