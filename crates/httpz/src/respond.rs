//! What a handler may return, and how it becomes a response.
//!
//! Each implementation only fills the response in; sending is the connection's business. A handler
//! that has written everything itself returns `()`.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Serialize;

use crate::{Content, ContentType, Error, Json, Response, Result, Status};

/// Something that can be written to a response.
///
/// ```
/// use httpz::prelude::*;
///
/// struct Csv(Vec<[u32; 2]>);
///
/// impl Respond for Csv {
///     fn respond(self, res: &mut Response) -> Result {
///         use std::io::Write;
///         res.content_type(ContentType::Csv);
///         for [a, b] in self.0 {
///             writeln!(res.writer(), "{a},{b}")?;
///         }
///         Ok(())
///     }
/// }
///
/// let app = App::new((), |r| r.get("/", handler(|_, _| Csv(vec![[1, 2], [3, 4]]))));
/// # httpz::testing::Client::new(app).get("/").text("1,2\n3,4\n");
/// ```
#[diagnostic::on_unimplemented(
    message = "a handler cannot return `{Self}`: wrap it in `Json(…)` or `Html(…)`, make a `String` of it, or implement `httpz::Respond` for it",
    label = "this is not something httpz can write to a response",
    note = "return `()`, a string, bytes, `Json(T)`, `Html(T)`, `Redirect`, `Status`, `(Status, T)`, `Chunks`, `Option<T>`, `Result<T, E>`, or implement `httpz::Respond`; what gives a future is an `async fn`",
    note = "fields, cookies and a whole answer of one's own are said to an argument, `res: &mut Response`"
)]
pub trait Respond {
    /// Fills the response in.
    ///
    /// # Errors
    ///
    /// What cannot be written becomes an error like one of the handler's own.
    fn respond(self, res: &mut Response) -> Result;
}

/// Texts up to this size are copied into the response's own buffer; a longer one is moved into the response. How
/// either leaves is decided later, by the size of the body.
const SHORT: usize = 4096;

/// The handler has said everything already.
impl Respond for () {
    #[inline]
    fn respond(self, _: &mut Response) -> Result {
        Ok(())
    }
}

/// Plain text, unless another type is set.
impl Respond for &str {
    #[inline]
    fn respond(self, res: &mut Response) -> Result {
        res.text(self);
        Ok(())
    }
}

/// Plain text, unless another type is set.
impl Respond for String {
    fn respond(self, res: &mut Response) -> Result {
        if self.len() <= SHORT {
            return self.as_str().respond(res);
        }
        default_type(res, ContentType::Text);
        res.body(self);
        Ok(())
    }
}

/// Plain text, unless another type is set.
impl Respond for Cow<'_, str> {
    fn respond(self, res: &mut Response) -> Result {
        match self {
            Cow::Borrowed(text) => text.respond(res),
            Cow::Owned(text) => text.respond(res),
        }
    }
}

/// Plain text, unless another type is set.
impl Respond for &String {
    fn respond(self, res: &mut Response) -> Result {
        self.as_str().respond(res)
    }
}

/// Plain text, unless another type is set.
impl Respond for Box<str> {
    fn respond(self, res: &mut Response) -> Result {
        String::from(self).respond(res)
    }
}

/// Bytes of no particular type, unless one is set.
impl Respond for &[u8] {
    fn respond(self, res: &mut Response) -> Result {
        default_type(res, ContentType::Binary);
        res.bytes(self);
        Ok(())
    }
}

/// Bytes of no particular type, unless one is set.
impl<const N: usize> Respond for &[u8; N] {
    fn respond(self, res: &mut Response) -> Result {
        self.as_slice().respond(res)
    }
}

/// Bytes of no particular type, unless one is set; sent without being copied when large.
impl Respond for Content {
    fn respond(self, res: &mut Response) -> Result {
        default_type(res, ContentType::Binary);
        res.body(self);
        Ok(())
    }
}

/// Bytes of no particular type, unless one is set.
impl Respond for Vec<u8> {
    fn respond(self, res: &mut Response) -> Result {
        Content::from(self).respond(res)
    }
}

/// Bytes of no particular type, unless one is set.
impl Respond for Bytes {
    fn respond(self, res: &mut Response) -> Result {
        Content::from(self).respond(res)
    }
}

/// The value as JSON.
impl<T: Serialize> Respond for Json<T> {
    #[inline]
    fn respond(self, res: &mut Response) -> Result {
        res.json(&self.0)
    }
}

/// The status alone.
impl Respond for Status {
    #[inline]
    fn respond(self, res: &mut Response) -> Result {
        res.status(self.0);
        Ok(())
    }
}

/// The status with what follows it.
impl<T: Respond> Respond for (Status, T) {
    #[inline]
    fn respond(self, res: &mut Response) -> Result {
        res.status(self.0.0);
        self.1.respond(res)
    }
}

/// What follows, as that type.
impl<T: Respond> Respond for (ContentType, T) {
    fn respond(self, res: &mut Response) -> Result {
        res.content_type(self.0);
        self.1.respond(res)
    }
}

/// 404 when there is nothing.
impl<T: Respond> Respond for Option<T> {
    #[inline]
    fn respond(self, res: &mut Response) -> Result {
        match self {
            Some(value) => value.respond(res),
            None => Err(Error::from(Status::NOT_FOUND)),
        }
    }
}

/// The value, or the error for `on_error` to shape.
impl<T: Respond, E: IntoError> Respond for Result<T, E> {
    #[inline]
    fn respond(self, res: &mut Response) -> Result {
        match self {
            Ok(value) => value.respond(res),
            Err(error) => Err(error.into_error()),
        }
    }
}

/// What can stand as the error of a handler: whatever turns [into](Into) an [`Error`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an error that a handler can return: derive `httpz::HttpError` for it, implement `std::error::Error`, or return `httpz::Error` in its place",
    label = "this does not turn into `httpz::Error`",
    note = "`?` makes a `httpz::Error` of every `std::error::Error` (a 500 whose cause is logged and never sent), `.or_status(500)?` of a text, an `anyhow::Error` or a `Box<dyn Error + Send + Sync>`, `Error::status(404, \"…\")` of nothing; for a type of your own there is `impl From<{Self}> for httpz::Error`, too"
)]
pub trait IntoError {
    /// The error that `on_error` shapes.
    fn into_error(self) -> Error;
}

#[diagnostic::do_not_recommend]
impl<E: Into<Error>> IntoError for E {
    #[inline]
    fn into_error(self) -> Error {
        self.into()
    }
}

/// An error for `on_error` to shape.
impl Respond for Error {
    fn respond(self, _: &mut Response) -> Result {
        Err(self)
    }
}

/// A text that is HTML.
///
/// ```
/// use httpz::prelude::*;
///
/// let app = App::new((), |r| r.get("/", handler(|_, _| Html("<h1>hello</h1>"))));
/// # httpz::testing::Client::new(app).get("/").header("content-type", "text/html; charset=utf-8");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Html<T>(pub T);

impl<T: AsRef<str>> Respond for Html<T> {
    fn respond(self, res: &mut Response) -> Result {
        res.content_type(ContentType::Html).bytes(self.0.as_ref().as_bytes());
        Ok(())
    }
}

/// Sends the client to another place.
///
/// If the client names the place, as in `?next=/notes`, check it: browsers take `//evil.example` and
/// `/\evil.example` for another host. Let through only what begins with one slash that is followed by neither a
/// slash nor a backslash. `show::url(…)` of a route never leads elsewhere; it has the prefix of a group only where
/// the route's attribute says it (`under = "/api"`).
///
/// ```
/// use httpz::prelude::*;
///
/// let app = App::new((), |r| r.get("/old", handler(|_, _| Redirect::permanent("/new"))));
/// # httpz::testing::Client::new(app).get("/old").status(308).header("location", "/new");
/// ```
#[derive(Clone, Debug)]
pub struct Redirect {
    status: Status,
    location: Cow<'static, str>,
}

impl Redirect {
    /// See the answer there, by GET (303); the usual reply to a form.
    pub fn to(location: impl Into<Cow<'static, str>>) -> Self {
        Self { status: Status::SEE_OTHER, location: location.into() }
    }

    /// Repeat the request there, this time (307).
    pub fn temporary(location: impl Into<Cow<'static, str>>) -> Self {
        Self { status: Status::TEMPORARY_REDIRECT, location: location.into() }
    }

    /// Repeat the request there, from now on (308).
    pub fn permanent(location: impl Into<Cow<'static, str>>) -> Self {
        Self { status: Status::PERMANENT_REDIRECT, location: location.into() }
    }
}

impl Respond for Redirect {
    fn respond(self, res: &mut Response) -> Result {
        res.status(self.status.0).set_header("Location", &*self.location);
        Ok(())
    }
}

pub(crate) fn default_type(res: &mut Response, kind: ContentType) {
    if !res.has_content_type() {
        res.content_type(kind);
    }
}
