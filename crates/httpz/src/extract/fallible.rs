//! `Option` and `Result` around an argument: what is wrong with it is the handler's business.

use super::{FromParam, FromRequest, Takes};
use crate::{Error, Request, Result};

/// `None` when it cannot be read, for whatever reason.
///
/// ```
/// use httpz::prelude::*;
///
/// #[post("/n")]
/// fn n(n: Option<Json<u8>>) -> String {
///     n.map_or("no number".to_owned(), |Json(n)| n.to_string())
/// }
/// # let client = httpz::testing::Client::new(App::new((), |r| r.mount(routes![n])));
/// # client.post("/n", 300).status(200).text("no number");
/// ```
impl<'b, T: FromRequest<'b>> FromRequest<'b> for Option<T> {
    const TAKES: Takes = T::TAKES;

    fn from_request(req: &'b Request) -> Result<Self> {
        Ok(T::from_request(req).ok())
    }
}

/// The error when it cannot be read, as any type that an [`Error`] turns into.
///
/// ```
/// use httpz::prelude::*;
///
/// #[post("/n")]
/// fn n(n: Result<Json<u8>>) -> String {
///     n.map_or_else(|error| format!("no: {error}"), |Json(n)| n.to_string())
/// }
/// # let client = httpz::testing::Client::new(App::new((), |r| r.mount(routes![n])));
/// # client.post("/n", "x").status(200);
/// ```
impl<'b, T: FromRequest<'b>, E: From<Error>> FromRequest<'b> for Result<T, E> {
    const TAKES: Takes = T::TAKES;

    fn from_request(req: &'b Request) -> Result<Self> {
        Ok(T::from_request(req).map_err(E::from))
    }
}

/// Absent when the route has no such parameter; one that is there must still be readable.
impl<'b, T: FromParam<'b>> FromParam<'b> for Option<T> {
    fn from_param(text: Option<&'b str>, name: &'static str) -> Result<Self> {
        text.map(|text| T::from_param(Some(text), name)).transpose()
    }
}

/// The error when it cannot be read.
impl<'b, T: FromParam<'b>, E: From<Error>> FromParam<'b> for Result<T, E> {
    fn from_param(text: Option<&'b str>, name: &'static str) -> Result<Self> {
        Ok(T::from_param(text, name).map_err(E::from))
    }
}
