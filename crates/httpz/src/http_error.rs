//! Errors of one's own that know their status.
//!
//! `#[derive(HttpError)]` implements [`HttpError`] for an enum. One that is no [`std::error::Error`]
//! also turns into [`Error`] by `?`. One that is (made by `thiserror`, say) already does: every such
//! error becomes a 500 with itself as the cause. The application then looks for what it means, and
//! knows that of every error that a route with an attribute returns, and of those given to
//! [`App::errors`](crate::App::errors).

use std::error::Error as StdError;
use std::marker::PhantomData;

use crate::{Error, Status};

/// An error that knows its status.
///
/// ```
/// use httpz::prelude::*;
///
/// #[derive(HttpError)]
/// enum Refusal {
///     #[status(404, "no such note")]
///     NoNote,
///     #[status(422)]
///     Invalid(String), // the text that the client hears
/// }
///
/// #[get("/notes/:id")]
/// fn note(id: u64) -> Result<String, Refusal> {
///     match id {
///         0 => Err(Refusal::Invalid("notes begin at 1".into())),
///         1 => Ok("first".into()),
///         _ => Err(Refusal::NoNote),
///     }
/// }
///
/// let app = App::new((), |r| r.mount(routes![note]));
/// # let client = httpz::testing::Client::new(app);
/// # client.get("/notes/1").text("first");
/// # client.get("/notes/0").status(422).text("notes begin at 1");
/// # client.get("/notes/7").status(404).text("no such note");
/// ```
///
/// A handler that fails with errors of httpz as well (`res.chunk(…).await?`) returns [`Result`](crate::Result):
/// `?` takes both.
///
/// With `thiserror`, whose `#[error("…")]` says the text. What has a status of 500 or more keeps it for
/// the log:
///
/// ```
/// use httpz::prelude::*;
///
/// #[derive(Debug, thiserror::Error, HttpError)]
/// enum Failure {
///     #[error("there is no note {id}")]
///     #[status(404)]
///     NoNote { id: u64 },
///     #[error("reading the notes")]
///     #[status(500)]
///     Disk(#[from] std::io::Error),
/// }
///
/// #[get("/notes/:id")]
/// fn note(id: u64) -> Result<String, Failure> {
///     if id == 0 {
///         return Err(Failure::NoNote { id });
///     }
///     Ok(std::fs::read_to_string("/nowhere/at/all")?)
/// }
///
/// let app = App::new((), |r| r.mount(routes![note]));
/// # let client = httpz::testing::Client::new(app);
/// # client.get("/notes/0").status(404).text("there is no note 0");
/// # client.get("/notes/7").status(500).text("Internal Server Error");
/// ```
///
/// What a variant says is known of every error type that a route with an attribute returns. One that only
/// arrives by `?` (in a handler that returns [`Result`](crate::Result), in one without an attribute, or in a
/// guard) is a 500 until [`App::errors`](crate::App::errors) is told of it:
///
/// ```
/// use httpz::prelude::*;
///
/// #[derive(Debug, thiserror::Error, HttpError)]
/// enum Failure {
///     #[error("there are no more than {0} lines")]
///     #[status(416)]
///     End(u32),
/// }
///
/// #[get("/lines/:n")]
/// async fn lines(n: u32, res: &mut Response) -> Result {
///     if n > 3 {
///         return Err(Failure::End(3))?;
///     }
///     res.chunk(format!("line {n}\n")).await
/// }
///
/// let app = App::new((), |r| r.mount(routes![lines])).errors::<Failure>();
/// # let client = httpz::testing::Client::new(app);
/// # client.get("/lines/7").status(416).text("there are no more than 3 lines");
/// ```
///
/// Where `std::error::Error` is implemented by hand, or by the derive of another library, `#[httpz(error)]` says so:
///
/// ```
/// use httpz::prelude::*;
///
/// #[derive(Debug, HttpError)]
/// #[httpz(error)]
/// enum Full {
///     #[status(507)]
///     Disk,
/// }
///
/// impl std::fmt::Display for Full {
///     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
///         f.write_str("no room on /dev/vda") // for the log
///     }
/// }
///
/// impl std::error::Error for Full {}
///
/// #[post("/notes")]
/// fn add() -> Result<&'static str, Full> {
///     Err(Full::Disk)
/// }
///
/// let app = App::new((), |r| r.mount(routes![add]));
/// # httpz::testing::Client::new(app).post("/notes", 1).status(507).text("Insufficient Storage");
/// ```
pub trait HttpError {
    /// The status of each variant, and its text where that is always the same.
    const CASES: &'static [(u16, Option<&'static str>)];

    /// Status and text for the client.
    fn to_error(&self) -> Error;
}

/// An error whose text is always the same.
#[doc(hidden)]
pub fn always((code, text): (u16, Option<&'static str>)) -> Error {
    Error::status(code, text.unwrap_or_else(|| Status(code).reason()))
}

/// An error whose text is that of its `Display`; where it is the server's fault, that is for the log.
#[doc(hidden)]
pub fn told_by(code: u16, error: &dyn StdError) -> Error {
    match code {
        500.. => Error::from(Status(code)),
        _ => Error::status(code, error.to_string()),
    }
}

/// What an error means, if it is of the kind that is asked about.
#[doc(hidden)]
pub type KnownMeaning = fn(&(dyn StdError + 'static)) -> Option<Error>;

/// Tells, when the program is compiled, whether a type is an error with a status.
///
/// The constant of the type itself is preferred to that of the trait, where its bounds hold.
#[doc(hidden)]
#[derive(Debug)]
pub struct MeaningOf<E>(PhantomData<E>);

impl<E: HttpError + StdError + 'static> MeaningOf<E> {
    /// It is.
    pub const MEANING: Option<KnownMeaning> = Some(|error| error.downcast_ref().map(E::to_error));
}

/// For everything else.
#[doc(hidden)]
pub trait NoMeaning {
    /// It is not.
    const MEANING: Option<KnownMeaning> = None;
}

impl<E> NoMeaning for MeaningOf<E> {}
