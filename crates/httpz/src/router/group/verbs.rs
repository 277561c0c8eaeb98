//! Registers one handler for a method and a path: a method for each verb.

use super::Group;
use crate::handler::Handler;
use crate::route::About;
use crate::router::error::RouteError;
use crate::{Method, Verb};

impl<G: 'static, C: 'static> Group<G, C> {
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
    /// Registers a handler for CONNECT. Such a request has no path; it is looked up as `/`. There are no
    /// tunnels, so the handler can only say why not: a 2xx becomes a 500.
    connect try_connect Verb::One(Method::Connect);
    /// Registers a handler for QUERY.
    query try_query Verb::One(Method::Query);
    /// Registers a handler for every method that has none of its own on this path.
    all try_all Verb::All;
}
