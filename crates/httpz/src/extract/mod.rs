//! How typed arguments of a handler are read from a request.
//!
//! [`FromParam`] reads one parameter of the path, by name; [`FromRequest`] everything else. Both may
//! borrow from the request, so a `&str` or a `Json<NewUser<'_>>` costs no copy.

mod body;
mod bytes;
mod cookies;
mod fallible;
pub(crate) mod header;
mod json;
mod numbers;
mod pairs;
pub(crate) mod param;
mod query;
#[cfg(feature = "uuid")]
mod uuid;

use crate::{Request, Result};

pub use body::Body;
pub use cookies::Cookies;
pub use header::Header;
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
    message = "`{Self}` is not a handler argument: take `&{Self}` if the application or a guard has it, or implement `httpz::FromRequest` for it",
    label = "httpz does not know where in the request to find this",
    note = "a handler takes: path parameters named as in the path, `&Request`, `&mut Response`, the context as `&T` or `&mut T`, or a type that implements `httpz::FromRequest` (`Json<T>`, `Query<T>`, `Form<T>`, `&[u8]`, …); one that implements `httpz::AsyncFromRequest` needs an `async fn`",
    note = "what other libraries wrap, `State<T>` or `Data<T>`, is lent here: `&T`"
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

/// An argument of an async handler that is read from the request by waiting for something: a session
/// from a store, say.
///
/// Every [`FromRequest`] type is one as well.
///
/// ```
/// use httpz::prelude::*;
/// use httpz::AsyncFromRequest;
///
/// struct Session(String);
///
/// async fn load(token: &str) -> Option<Session> {
///     Some(Session(format!("session {token}"))) // asks a store
/// }
///
/// impl<'b> AsyncFromRequest<'b> for Session {
///     async fn from_request(req: &'b Request) -> Result<Self> {
///         let token = req.header("x-token").unwrap_or_default();
///         load(token).await.ok_or_else(|| Error::status(401, "who are you?"))
///     }
/// }
///
/// #[get("/me")]
/// async fn me(session: Session) -> String {
///     session.0
/// }
/// # let app = App::new((), |r| r.mount(routes![me]));
/// # httpz::testing::Client::new(app).header("x-token", "7").get("/me").text("session 7");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler argument: take `&{Self}` if the application or a guard has it, or implement `httpz::FromRequest` for it",
    label = "httpz does not know where in the request to find this",
    note = "a handler takes: path parameters named as in the path, `&Request`, `&mut Response`, the context as `&T` or `&mut T`, or a type that implements `httpz::FromRequest` (`Json<T>`, `Query<T>`, `Form<T>`, `&[u8]`, …); one that implements `httpz::AsyncFromRequest` needs an `async fn`",
    note = "what other libraries wrap, `State<T>` or `Data<T>`, is lent here: `&T`"
)]
pub trait AsyncFromRequest<'b>: Sized {
    /// What it takes of the body, as for [`FromRequest::TAKES`].
    const TAKES: Takes = Takes::Nothing;

    /// Reads it.
    ///
    /// # Errors
    ///
    /// As for [`FromRequest::from_request`].
    fn from_request(req: &'b Request) -> impl Future<Output = Result<Self>>;
}

#[diagnostic::do_not_recommend]
impl<'b, T: FromRequest<'b>> AsyncFromRequest<'b> for T {
    const TAKES: Takes = T::TAKES;

    async fn from_request(req: &'b Request) -> Result<Self> {
        T::from_request(req)
    }
}
