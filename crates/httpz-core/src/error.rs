//! What a user sees when something goes wrong.
//!
//! One type for handlers, extractors, guards and the protocol: a status, a text that the client may
//! read, and a source that only the log sees. It is one pointer wide, so a `Result` of it costs a
//! handler nothing; the box is made when there is an error to tell.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use serde_json::Value;

use crate::proto::{ProtocolError, Status};

/// What handlers and the library return.
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

type Source = Box<dyn StdError + Send + Sync + 'static>;

/// Why a request could not be answered as asked: a status, a public text, a private source.
///
/// Every [`std::error::Error`] turns into one by `?`: a 500 whose source is logged and never sent.
/// For the same reason this type does not implement that trait itself; `?` still makes a
/// `Box<dyn std::error::Error>` of it, where a `main` or a test returns that.
///
/// ```
/// # use httpz_core::Error;
/// let error = Error::status(404, "no such user");
/// assert_eq!((error.code(), error.message()), (404, "no such user"));
///
/// let error = Error::from("x".parse::<u8>().unwrap_err());
/// assert_eq!((error.code(), error.message()), (500, "Internal Server Error"));
/// assert_eq!(error.chain().to_string(), "invalid digit found in string");
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    status: Status,
    public: Cow<'static, str>,
    source: Option<Source>,
    fault: Option<ProtocolError>,
    /// Does it say already what another one means?
    explained: bool,
    fields: Vec<(&'static str, Cow<'static, str>)>,
    members: Vec<(&'static str, Value)>,
}

impl Error {
    /// An error with this status and this text for the client.
    #[cold]
    pub fn status(code: u16, public: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            status: Status(code),
            public: public.into(),
            source: None,
            fault: None,
            explained: false,
            fields: Vec::new(),
            members: Vec::new(),
        }))
    }

    /// The same error with a field for its answer: what a status asks for, as 401 does for
    /// `WWW-Authenticate` and 429 may for `Retry-After`.
    ///
    /// ```
    /// # use httpz_core::Error;
    /// let error = Error::status(401, "sign in first").with_header("WWW-Authenticate", "Bearer");
    /// assert_eq!(error.headers().collect::<Vec<_>>(), [("WWW-Authenticate", "Bearer")]);
    /// ```
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.0.fields.push((name, value.into()));
        self
    }

    /// Names and values of the fields for its answer. They are set before `on_error` is asked.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.fields.iter().map(|(name, value)| (*name, &**value))
    }

    /// The same error with something that programs may read beside its text: a further member of a problem report
    /// (RFC 9457 §3.2).
    ///
    /// Those that every report has (`type`, `title`, `status`, `detail`) stay as they are.
    ///
    /// ```
    /// # use httpz_core::Error;
    /// let error = Error::status(402, "your balance is too low").with_member("balance", 30);
    /// assert_eq!(error.members().collect::<Vec<_>>(), [("balance", &30.into())]);
    /// ```
    #[must_use]
    pub fn with_member(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.members.push((name, value.into()));
        self
    }

    /// What programs may read beside its text.
    pub fn members(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.0.members.iter().map(|(name, value)| (*name, value))
    }

    /// The same error with what caused it, for the log.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Source>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The same error with what caused another, for the log.
    #[must_use]
    pub fn caused_by(mut self, other: Self) -> Self {
        self.0.source = other.0.source;
        self
    }

    /// The same error, which says what another one means and needs no explanation itself.
    #[doc(hidden)]
    #[must_use]
    pub fn explained(mut self) -> Self {
        self.0.explained = true;
        self
    }

    /// Does it say what another one means?
    #[doc(hidden)]
    pub fn is_explained(&self) -> bool {
        self.0.explained
    }

    /// The status code.
    pub fn code(&self) -> u16 {
        self.0.status.0
    }

    /// The text that the client may read.
    pub fn message(&self) -> &str {
        &self.0.public
    }

    /// What caused it.
    pub fn source(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        self.0.source.as_deref()
    }

    /// The refusal of the protocol that this stands for, if it is one.
    pub fn fault(&self) -> Option<ProtocolError> {
        self.0.fault
    }

    /// The causes, outermost first, joined by `: `; the public text when there is none.
    pub fn chain(&self) -> impl fmt::Display {
        Chain(self)
    }
}

struct Chain<'a>(&'a Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(source) = self.0.source() else { return f.write_str(self.0.message()) };
        write!(f, "{source}")?;
        let mut cause = source.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

/// For people: it is what a `main` that returns an error prints.
///
/// The status is left out where the text alone tells all, and so is a cause that it repeats.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let says_more = self.message() != self.0.status.reason();
        if self.code() == 500 && !says_more && self.source().is_some() {
            // What a program prints that could not start; the status would only puzzle.
            return write!(f, "{}", self.chain());
        }
        if self.code() != 500 || !says_more {
            write!(f, "{}", self.0.status)?;
            f.write_str(if says_more { ": " } else { "" })?;
        }
        if says_more {
            f.write_str(self.message())?;
        }
        match self.source().map(|_| self.chain().to_string()) {
            Some(chain) if !self.message().ends_with(&chain) => write!(f, " ({chain})"),
            _ => Ok(()),
        }
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    #[cold]
    fn from(error: E) -> Self {
        // A protocol error keeps its own status and words; it says what the client did.
        match (&error as &dyn std::any::Any).downcast_ref::<ProtocolError>() {
            Some(&fault) => {
                let mut error = Self::status(fault.status(), fault.as_str());
                error.0.fault = Some(fault);
                error
            }
            None => Self::status(500, Status::INTERNAL_SERVER_ERROR.reason()).with_source(error),
        }
    }
}

/// An error with this status, whose text is that of the status.
///
/// ```
/// # use httpz_core::{Error, Status};
/// let error = Error::from(Status::NOT_FOUND);
/// assert_eq!((error.code(), error.message()), (404, "Not Found"));
/// ```
impl From<Status> for Error {
    #[cold]
    fn from(status: Status) -> Self {
        Self::status(status.0, status.reason())
    }
}

/// The error as one of the standard library's, for functions that return a box of any.
struct Boxed(Error);

impl fmt::Display for Boxed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Boxed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl StdError for Boxed {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source().map(|source| source as _)
    }
}

impl From<Error> for Box<dyn StdError + Send + Sync> {
    #[cold]
    fn from(error: Error) -> Self {
        Self::from(Boxed(error))
    }
}

impl From<Error> for Box<dyn StdError> {
    #[cold]
    fn from(error: Error) -> Self {
        Self::from(Boxed(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_main_that_returns_any_error_takes_it_and_prints_the_same() {
        fn start() -> Result<(), Box<dyn StdError>> {
            Err(Error::from("x".parse::<u8>().unwrap_err()))?
        }
        fn start_on_a_thread() -> Result<(), Box<dyn StdError + Send + Sync>> {
            Err(Error::status(500, "cannot listen: taken"))?
        }
        let error = start().unwrap_err();
        assert_eq!(format!("{error:?}"), "invalid digit found in string");
        assert_eq!(
            error.source().map(ToString::to_string).as_deref(),
            Some("invalid digit found in string")
        );
        let error = start_on_a_thread().unwrap_err();
        assert_eq!(format!("{error:?} / {error}"), "cannot listen: taken / cannot listen: taken");
    }

    #[test]
    fn is_one_pointer_wide_even_inside_a_result() {
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }

    #[test]
    fn protocol_errors_keep_their_status() {
        let error = Error::from(ProtocolError::BodyTooLarge);
        assert_eq!((error.code(), error.message()), (413, "request body is too large"));
        assert_eq!(error.fault(), Some(ProtocolError::BodyTooLarge));
    }

    #[test]
    fn a_main_that_returns_one_prints_what_helps() {
        let missing = || "x".parse::<u8>().unwrap_err();
        for (error, expected) in [
            (Error::status(500, "cannot listen: taken"), "cannot listen: taken"),
            (Error::status(404, "no such user"), "404 Not Found: no such user"),
            (Error::status(404, "Not Found"), "404 Not Found"),
            (Error::from(missing()), "invalid digit found in string"),
            (
                Error::status(500, format!("bad port: {}", missing())).with_source(missing()),
                "bad port: invalid digit found in string",
            ),
        ] {
            assert_eq!(format!("{error:?}"), expected);
        }
    }

    #[test]
    fn foreign_errors_show_their_chain_to_the_log_alone() {
        #[derive(Debug)]
        struct Outer(std::num::ParseIntError);
        impl fmt::Display for Outer {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("reading the page")
            }
        }
        impl StdError for Outer {
            fn source(&self) -> Option<&(dyn StdError + 'static)> {
                Some(&self.0)
            }
        }
        let error = Error::from(Outer("x".parse::<u8>().unwrap_err()));
        assert_eq!(error.message(), "Internal Server Error");
        assert_eq!(error.chain().to_string(), "reading the page: invalid digit found in string");
    }
}
