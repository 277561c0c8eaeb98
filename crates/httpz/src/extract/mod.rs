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
#[non_exhaustive]
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

/// An argument of an async handler that is read from the request by waiting for something: for its body,
/// say, which is read on the way and not kept.
///
/// Every [`FromRequest`] type is one as well. It sees the request and nothing else: a session that the
/// application's state knows how to find is made by a dispatcher, which has the state (see
/// [`Next`](crate::Next)).
///
/// ```
/// use httpz::prelude::*;
/// use httpz::{AsyncFromRequest, Takes};
///
/// /// How many lines the body has, however long it is.
/// struct Lines(usize);
///
/// impl<'b> AsyncFromRequest<'b> for Lines {
///     const TAKES: Takes = Takes::OnDemand;
///
///     async fn from_request(req: &'b Request) -> Result<Self> {
///         let mut body = Body::of(req).limit(1024 * 1024 * 1024);
///         let mut lines = 0;
///         while let Some(piece) = body.read_chunk().await? {
///             lines += piece.iter().filter(|byte| **byte == b'\n').count();
///         }
///         Ok(Self(lines))
///     }
/// }
///
/// #[post("/lines")]
/// async fn lines(lines: Lines) -> String {
///     lines.0.to_string()
/// }
/// # let app = App::new((), |r| r.mount(routes![lines]));
/// # let client = httpz::testing::Client::new(app);
/// # client.request(Method::Post, "/lines").body("a\nb\n").send().text("2");
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

/// Whether a type takes the body unread, for macros that know types by their tokens only.
///
/// `<Of<T>>::ON_DEMAND` compiles for every type, so that one that is no argument is told so once, where it is read.
#[doc(hidden)]
pub mod unread {
    use std::marker::PhantomData;

    use super::AsyncFromRequest;

    #[derive(Debug)]
    pub struct Of<T>(PhantomData<T>);

    impl<'b, T: AsyncFromRequest<'b>> Of<T> {
        pub const ON_DEMAND: bool = T::TAKES.on_demand();
    }

    pub trait Unknown {
        const ON_DEMAND: bool = false;
    }

    impl<T> Unknown for Of<T> {}
}

#[diagnostic::do_not_recommend]
impl<'b, T: FromRequest<'b>> AsyncFromRequest<'b> for T {
    const TAKES: Takes = T::TAKES;

    async fn from_request(req: &'b Request) -> Result<Self> {
        T::from_request(req)
    }
}
