//! What stands around the routes registered after it: guards, dispatchers, data, CORS and limits.

use std::sync::Arc;

use super::Group;
use crate::cors::Cors;
use crate::dispatch::{Checked, Dispatched, Guarded, WithData, limited};
use crate::handler::Action;
use crate::meaning::Meanings;
use crate::router::error::RouteError;
use crate::{CheckFn, Dispatcher, GuardFn, Shared};

impl<G: 'static, C: 'static> Group<G, C> {
    /// Puts a dispatcher around the routes registered after this; they run with what it passes on.
    ///
    /// See [`Dispatch`](crate::Dispatch) for what can be one.
    pub fn dispatch<R: 'static, M>(self, dispatcher: impl Dispatcher<C, R, M>) -> Group<G, R> {
        let dispatcher = Arc::new(dispatcher);
        self.wrapped(move |inner, meanings| {
            let (dispatcher, meanings) = (dispatcher.clone(), meanings.clone());
            Arc::new(Dispatched { dispatcher, meanings, inner })
        })
    }

    /// Puts a guard before the routes registered after this, `fn(&mut C, &Request) -> Result<R>`; they
    /// run with what it makes.
    ///
    /// It runs before the body of the request is read. An error is shaped by `on_error`.
    pub fn guard<R: 'static, M>(self, guard: impl GuardFn<C, R, M>) -> Group<G, R> {
        let guard = Arc::new(guard);
        self.wrapped(move |inner, _| Arc::new(Guarded { guard: guard.clone(), inner }))
    }

    /// Puts a check before the routes registered after this, `fn(&C, &Request) -> Result`: a guard that
    /// leaves the context as it is.
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
    pub fn check<M>(self, check: impl CheckFn<C, M>) -> Self {
        let check = Arc::new(check);
        self.wrapped(move |inner, _| Arc::new(Checked { check: check.clone(), inner }))
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
        self.wrapped(move |inner, _| Arc::new(WithData { data, inner }))
    }

    /// Lets pages of other origins use the routes registered after this, in place of what
    /// [`App::cors`](crate::App::cors) or an outer group says.
    ///
    /// A preflight is answered as the route for the method that it asks about says. Where there is no
    /// route, the innermost group with a prefix of its own and this call in it counts, so that pages
    /// can read the 404; else `App::cors`.
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
    /// # client.get("/public/nothing").status(404).header("access-control-allow-origin", "*");
    /// # client.get("/own").no_header("access-control-allow-origin");
    /// ```
    pub fn cors(mut self, cors: Cors) -> Self {
        match cors.check() {
            Ok(policy) => {
                let policy = Arc::new(policy);
                if self.is_area {
                    self.registry.areas.push((self.prefix.clone(), policy.clone()));
                }
                self.cors = Some(policy);
            }
            Err(error) => self.registry.errors.push(RouteError::Cors(error)),
        }
        self
    }

    /// Lets bodies have up to this many bytes on the routes registered after this, in place of
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
        self.wrapped(move |inner, _| limited(bytes, inner))
    }

    fn wrapped<R: 'static>(
        self,
        wrap: impl Fn(Action<R>, &Meanings) -> Action<C> + Send + Sync + 'static,
    ) -> Group<G, R> {
        let outer = self.wrap;
        Group {
            prefix: self.prefix,
            is_area: self.is_area,
            wrap: Arc::new(move |inner, meanings| outer(wrap(inner, meanings), meanings)),
            cors: self.cors,
            registry: self.registry,
        }
    }
}
