//! What users register routes on: the root and the groups in it.
//!
//! A group is passed by value from call to call. Guards, dispatchers and data apply to the routes
//! registered after them, and change the type of the context for those; so what a route can ask for
//! is known where it is registered.
//!
//! Here are groups within groups and lists of routes. What stands around routes is in `group/around.rs`,
//! and the methods that register a single handler are in `group/verbs.rs`.

mod around;
mod verbs;

use std::fmt;
use std::sync::Arc;

use super::error::RouteError;
use super::registry::Registry;
use crate::cors::Policy;
use crate::handler::Action;
use crate::meaning::Meanings;
use crate::route::{About, Listed};
use crate::{Result, Routes, Shared, Verb};

/// Puts everything around an action that stands between the root and this place.
type Wrap<G, C> = Arc<dyn Fn(Action<C>, &Meanings) -> Action<Shared<G>> + Send + Sync>;

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
    /// Does the prefix say more than that of the group outside?
    is_area: bool,
    wrap: Wrap<G, C>,
    cors: Option<Arc<Policy>>,
    registry: Registry<G>,
}

impl<G> Group<G, Shared<G>> {
    pub(crate) fn root() -> Self {
        let wrap = Arc::new(|action, _: &_| action);
        Self { prefix: String::new(), is_area: false, wrap, cors: None, registry: Registry::new() }
    }
}

impl<G, C> Group<G, C> {
    pub(crate) fn into_registry(self) -> Registry<G> {
        self.registry
    }
}

impl<G: 'static, C: 'static> Group<G, C> {
    /// Registers a list of routes made by `routes![…]`. Under a prefix they stand in a group:
    /// `r.group("/api", |g| g.mount(routes![…]))`.
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
            if !self.is_under(meta.under()) {
                self.registry.errors.push(RouteError::Elsewhere {
                    pattern: meta.answers().next().map_or("", |answers| answers.path).to_owned(),
                    handler: full_name.to_owned(),
                    under: meta.under().to_owned(),
                    prefix: self.prefix.clone(),
                });
                continue;
            }
            for answers in meta.answers() {
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
            is_area: !matches!(prefix, "" | "/"),
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
        let wrap = self.wrap.clone();
        let make = Box::new(move |meanings: &_| wrap(action.clone(), meanings));
        self.registry.add(verb, pattern, about, cors, make)
    }

    fn note(&mut self, verb: Verb, path: &str, about: About, action: Action<C>) {
        if let Err(error) = self.add(verb, path, about, action) {
            self.registry.errors.push(error);
        }
    }
}

impl<G, C> fmt::Debug for Group<G, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group")
            .field("prefix", &self.prefix)
            .field("routes", &self.registry.routes.len())
            .field("errors", &self.registry.errors)
            .finish_non_exhaustive()
    }
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
