//! What is answered where no handler has: no such path, not by this method, or an error.

use std::error::Error as StdError;

use super::App;
use super::refusal::OnError;
use crate::handler::{Action, Handler};
use crate::{Error, HttpError, Request, Response, Shared};

/// What answers where no route does, and how errors are told.
pub(super) struct Fallbacks<G: 'static> {
    pub(super) not_found: Option<Action<Shared<G>>>,
    pub(super) method_not_allowed: Option<Action<Shared<G>>>,
    pub(super) on_error: Option<OnError<G>>,
}

impl<G> Default for Fallbacks<G> {
    fn default() -> Self {
        Self { not_found: None, method_not_allowed: None, on_error: None }
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
