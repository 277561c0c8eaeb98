//! Guards that a route attribute can name.

use std::sync::Arc;

use crate::dispatch::Guarded;
use crate::handler::Action;
use crate::{Error, Request, Result};

/// A guard as a type: what `#[guard]` makes of a function.
///
/// [`Group::guard`](crate::Group::guard) stands before many routes; this one before a single route
/// that names it. It runs before the body is read, and what it makes is the context of the route.
///
/// ```
/// use httpz::prelude::*;
///
/// struct User(u64);
///
/// #[guard]
/// fn auth<C>(_: &mut C, req: &Request) -> Result<User> {
///     let id = req.header("x-user").and_then(|id| id.parse().ok());
///     id.map(User).ok_or_else(|| Error::status(401, "who are you?"))
/// }
///
/// #[get("/me", guard = auth)]
/// fn me(user: &User) -> String {
///     format!("user {}", user.0)
/// }
///
/// let app = App::new((), |r| r.mount(routes![me]));
/// # let client = httpz::testing::Client::new(app);
/// # client.get("/me").status(401).text("who are you?");
/// # client.header("x-user", "7").get("/me").text("user 7");
/// ```
#[diagnostic::on_unimplemented(
    message = "the guard `{Self}` does not take the context `{C}`",
    label = "named here, for a route that is mounted where the context is `{C}`",
    note = "write it for `&mut {C}`, or for any: `fn guard<C>(cx: &mut C, req: &Request) -> Result<T>`"
)]
pub trait Guard<C> {
    /// The context of the route.
    type Made: 'static;

    /// Makes the context, or refuses.
    ///
    /// # Errors
    ///
    /// Why it refuses; shaped by `on_error`.
    fn make(cx: &mut C, req: &Request) -> Result<Self::Made>;
}

/// Puts a guard before an endpoint.
pub fn guarded<C: 'static, D: Guard<C> + 'static>(inner: Action<D::Made>) -> Action<C> {
    Arc::new(Guarded { guard: Arc::new(D::make), inner })
}

/// A context that nothing has. Every guard takes it, so that the compiler does not take the one context
/// that a guard is written for to be the one that is meant where the guard is named.
#[derive(Debug)]
pub struct Nowhere;

/// What a guard may return: a result with any error that httpz can answer with.
#[diagnostic::on_unimplemented(
    message = "a guard cannot return `{Self}`",
    label = "expected `Result<T>`, with the context that the guard makes",
    note = "the error may be `httpz::Error`, any `std::error::Error`, or an enum with `#[derive(httpz::HttpError)]`"
)]
pub trait Outcome {
    /// What it makes.
    type Value;

    /// The result with our error.
    fn into_result(self) -> Result<Self::Value>;
}

impl<T, E: Into<Error>> Outcome for Result<T, E> {
    type Value = T;

    fn into_result(self) -> Result<T> {
        self.map_err(Into::into)
    }
}
