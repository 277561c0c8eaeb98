//! Turns what is missing or failed into an answer with a status, in passing.

use std::error::Error as StdError;

use crate::{Error, Result, Status};
use sealed::Sealed;

/// Says with which status a request is refused when something is missing or has failed.
///
/// `?` alone makes a 500 of every [`std::error::Error`]. What is not one, such as `anyhow::Error`, a boxed error or a
/// text, gets its status here; so does every error that is not the server's fault.
///
/// ```
/// use httpz::prelude::*;
///
/// #[get("/squares/:text")]
/// fn square(text: &str) -> Result<String> {
///     let n: u32 = text.parse().or_status(400)?;
///     Ok(n.checked_mul(n).or_status(422)?.to_string())
/// }
///
/// #[get("/old/:text")]
/// fn old(text: &str) -> Result<String> {
///     let read = |text: &str| text.parse::<u32>().map_err(|_| format!("{text} is no number"));
///     Ok(read(text).or_status(500)?.to_string()) // the text is for the log
/// }
///
/// #[get("/names/:n")]
/// fn name(n: usize) -> Result<&'static str> {
///     ["ann", "bo"].get(n).copied().or_404()
/// }
///
/// let app = App::new((), |r| r.mount(routes![square, old, name]));
/// # let client = httpz::testing::Client::new(app);
/// # client.get("/squares/7").text("49");
/// # client.get("/squares/x").status(400);
/// # client.get("/squares/99999").status(422);
/// # client.get("/old/x").status(500).text("Internal Server Error");
/// # client.get("/names/7").status(404);
/// ```
///
/// It is there for `Option` and `Result` alone.
pub trait OrStatus<T>: Sealed {
    /// The value; else an error with this status, whose text is that of the status. What failed is kept
    /// for the log.
    ///
    /// # Errors
    ///
    /// When there is no value.
    fn or_status(self, code: u16) -> Result<T>;

    /// The value; else 404.
    ///
    /// # Errors
    ///
    /// When there is no value.
    fn or_404(self) -> Result<T>
    where
        Self: Sized,
    {
        self.or_status(404)
    }
}

impl<T> OrStatus<T> for Option<T> {
    #[inline]
    fn or_status(self, code: u16) -> Result<T> {
        self.ok_or_else(|| Error::from(Status(code)))
    }
}

impl<T, E: Into<Box<dyn StdError + Send + Sync>>> OrStatus<T> for Result<T, E> {
    #[inline]
    fn or_status(self, code: u16) -> Result<T> {
        self.map_err(|error| Error::from(Status(code)).with_source(error))
    }
}

/// So that methods can be added: nobody else implements the trait.
mod sealed {
    pub trait Sealed {}
    impl<T> Sealed for Option<T> {}
    impl<T, E> Sealed for Result<T, E> {}
}
