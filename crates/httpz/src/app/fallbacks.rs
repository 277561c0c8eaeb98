//! What is answered where no handler has: no such path, not by this method, or an error; and what is done before a
//! handler is looked for.

use std::error::Error as StdError;

use super::App;
use super::refusal::{Before, OnError};
use crate::handler::{Action, Handler};
use crate::{Error, HttpError, Request, Response, Result, Shared};

/// What answers where no route does, and how errors are told.
pub(super) struct Fallbacks<G: 'static> {
    pub(super) not_found: Option<Action<Shared<G>>>,
    pub(super) method_not_allowed: Option<Action<Shared<G>>>,
    pub(super) on_error: Option<OnError<G>>,
    /// In the order in which they are asked.
    pub(super) before: Vec<Before<G>>,
}

impl<G> Default for Fallbacks<G> {
    fn default() -> Self {
        Self { not_found: None, method_not_allowed: None, on_error: None, before: Vec::new() }
    }
}

impl<G: Send + Sync + 'static> App<G> {
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
    /// (RFC 9457), others the text ([`shape_error`](crate::shape_error)), and in debug builds a browser on
    /// the same machine gets a page with the causes of what is 500 or more. Errors that are the server's
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

    /// Looks at every request before its route is looked for, whether there is one or not: for what concerns them all,
    /// as an id for each answer, a limit on how often somebody asks, a notice that the house is closed.
    ///
    /// An error refuses the request; `on_error` shapes it, and no handler sees the request. What is to stand in the
    /// answers to errors too, 404 included, is [kept](Response::keep_headers). Several are asked in the order in
    /// which they were added. They are sync; what has to wait is done by a dispatcher
    /// ([`Group::dispatch`](crate::Group::dispatch)), where there is a route. Malformed requests are not shown.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU64, Ordering};
    ///
    /// use httpz::prelude::*;
    ///
    /// let last = AtomicU64::new(0);
    /// let app = App::new((), |r| r.get("/", handler(|_, _| "hello")))
    ///     .before_routing(move |_, res| {
    ///         let id = last.fetch_add(1, Ordering::Relaxed) + 1;
    ///         res.header("X-Request-Id", id.to_string()).keep_headers();
    ///         Ok(())
    ///     })
    ///     .before_routing(|req, _| match req.header("user-agent") {
    ///         Some(agent) if agent.contains("badbot") => Err(Error::status(403, "not you")),
    ///         _ => Ok(()),
    ///     });
    /// # let client = httpz::testing::Client::new(app);
    /// # client.get("/").status(200).header("x-request-id", "1");
    /// # client.get("/nowhere").status(404).header("x-request-id", "2");
    /// # client.delete("/").status(405).header("x-request-id", "3");
    /// # let bot = client.request(Method::Get, "/").header("user-agent", "badbot/1").send();
    /// # bot.status(403).text("not you").header("x-request-id", "4");
    /// ```
    pub fn before_routing<F>(self, look: F) -> Self
    where
        F: Fn(&Request, &mut Response) -> Result + Send + Sync + 'static,
    {
        self.before_routing_with(move |_, req, res| look(req, res))
    }

    /// Like [`App::before_routing`], with the state of the application.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicBool, Ordering};
    ///
    /// use httpz::prelude::*;
    ///
    /// struct House {
    ///     closed: AtomicBool,
    /// }
    ///
    /// let app = App::new(House { closed: true.into() }, |r| r).before_routing_with(|house, _, _| {
    ///     match house.closed.load(Ordering::Relaxed) {
    ///         true => Err(Error::status(503, "we are closed").with_header("Retry-After", "3600")),
    ///         false => Ok(()),
    ///     }
    /// });
    /// # let client = httpz::testing::Client::new(app);
    /// # client.get("/").status(503).header("retry-after", "3600").text("we are closed");
    /// ```
    pub fn before_routing_with<F>(mut self, look: F) -> Self
    where
        F: Fn(&G, &Request, &mut Response) -> Result + Send + Sync + 'static,
    {
        self.fallbacks.before.push(Box::new(look));
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
    ///     .error::<ParseIntError>(|error| Error::status(422, error.to_string()));
    /// # httpz::testing::Client::new(app).get("/double/x").status(422)
    /// #     .text("invalid digit found in string");
    /// ```
    pub fn error<E: StdError + Send + Sync + 'static>(
        mut self,
        meaning: impl Fn(&E) -> Error + Send + Sync + 'static,
    ) -> Self {
        let meaning = move |source: &(dyn StdError + 'static)| source.downcast_ref().map(&meaning);
        self.meanings.push(Box::new(meaning));
        self
    }

    /// Says that errors of type `E` know what they mean. It is only needed for types that no route with
    /// an attribute returns, such as one that only guards return, or that only `?` turns into a
    /// `httpz::Error`; those of routes are registered by themselves.
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
}
