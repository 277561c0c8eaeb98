//! How typed arguments of a handler are read from a request.
//!
//! [`FromParam`] reads one parameter of the path, by name; [`FromRequest`] everything else. Both may
//! borrow from the request, so a `&str` or a `Json<NewUser<'_>>` costs no copy.

mod body;
mod json;
mod numbers;
mod pairs;
mod param;
mod query;

use crate::{Request, Result};

pub use body::Body;
pub use json::Json;
pub use param::FromParam;
pub use query::{Form, Query};

/// An argument that is read from the request.
///
/// ```
/// use httpz::prelude::*;
/// use httpz::FromRequest;
///
/// struct Language<'b>(&'b str);
///
/// impl<'b> FromRequest<'b> for Language<'b> {
///     fn from_request(req: &'b Request) -> Result<Self> {
///         Ok(Self(req.header("accept-language").unwrap_or("en")))
///     }
/// }
/// # let req = Request::get("/");
/// # assert_eq!(Language::from_request(&req)?.0, "en");
/// # Ok::<(), httpz::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler argument",
    label = "httpz does not know where in the request to find this",
    note = "a handler takes: path parameters named as in the path, `&Request`, `&mut Response`, the context as `&T` or `&mut T`, or a type that implements `httpz::FromRequest` (`Json<T>`, `Query<T>`, `Form<T>`, …)"
)]
pub trait FromRequest<'b>: Sized {
    /// What it takes of the body. A handler is called before the body is read when one of its
    /// arguments takes it on demand.
    const TAKES: Takes = Takes::Nothing;

    /// Reads it.
    ///
    /// # Errors
    ///
    /// What is wrong with the request, with a status for the client; usually 400.
    fn from_request(req: &'b Request) -> Result<Self>;
}

/// What an argument takes of the body of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// It is not interested.
    Nothing,
    /// All of it, read before the handler is called.
    Whole,
    /// It is read by the handler, so not before it is called.
    OnDemand,
}

impl Takes {
    /// For the macros, which fold it over all arguments.
    #[doc(hidden)]
    pub const fn on_demand(self) -> bool {
        matches!(self, Self::OnDemand)
    }
}
