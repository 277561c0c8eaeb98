//! Fields of the request as types.

use std::str::FromStr;

use super::FromRequest;
use crate::{Error, Request, Result};

/// A field of the request, read as a type that knows its name.
///
/// ```
/// use httpz::prelude::*;
/// use httpz::header::{Bearer, UserAgent};
///
/// #[get("/whoami")]
/// fn whoami(Header(token): Header<Bearer<'_>>, agent: Option<Header<UserAgent<'_>>>) -> String {
///     format!("{} with {}", token.0, agent.map_or("nothing known", |agent| agent.0.0))
/// }
/// # let client = httpz::testing::Client::new(App::new((), |r| r.mount(routes![whoami])));
/// # client.get("/whoami").status(401);
/// # client.header("authorization", "bearer x7").get("/whoami").text("x7 with nothing known");
/// ```
///
/// A field that is absent is an error, as is one that cannot be read. An `Option` makes both `None`, a
/// `Result` hands the error to the handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<T>(pub T);

/// A value that a field of the request can be read as.
///
/// Derived where the text of the field is the value, or has a `FromStr`:
///
/// ```
/// use httpz::prelude::*;
///
/// #[derive(FromHeader)]
/// #[header("x-tenant")]
/// struct Tenant(u32);
///
/// #[get("/tenant")]
/// fn tenant(Header(tenant): Header<Tenant>) -> String {
///     tenant.0.to_string()
/// }
/// # let client = httpz::testing::Client::new(App::new((), |r| r.mount(routes![tenant])));
/// # client.get("/tenant").status(400).text("the header `x-tenant` is missing");
/// # let client = client.header("x-tenant", "seven");
/// # client.get("/tenant").status(400).text("header `x-tenant`: invalid digit found in string");
/// # let client = client.header("x-tenant", "7");
/// ```
///
/// Otherwise implemented:
///
/// ```
/// use httpz::prelude::*;
/// use httpz::header::FromHeader;
///
/// /// `Depth: 0`, `Depth: 1` or `Depth: infinity`.
/// enum Depth { Zero, One, Infinity }
///
/// impl<'b> FromHeader<'b> for Depth {
///     const NAME: &'static str = "depth";
///
///     fn from_header(value: &'b str) -> Result<Self> {
///         match value {
///             "0" => Ok(Self::Zero),
///             "1" => Ok(Self::One),
///             "infinity" => Ok(Self::Infinity),
///             _ => Err(Error::status(400, "a depth is 0, 1 or infinity")),
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which header it is",
    label = "not a header type",
    note = "types for common headers are in `httpz::header`; for your own `#[derive(FromHeader)]` with `#[header(\"x-name\")]`, or implement `httpz::header::FromHeader`"
)]
pub trait FromHeader<'b>: Sized {
    /// The name of the field.
    const NAME: &'static str;

    /// Reads it.
    ///
    /// # Errors
    ///
    /// What is wrong with it, with a status for the client; usually 400.
    fn from_header(value: &'b str) -> Result<Self>;

    /// What is answered where it is absent.
    fn absent() -> Error {
        Error::status(400, format!("the header `{}` is missing", Self::NAME))
    }
}

impl<'b, T: FromHeader<'b>> FromRequest<'b> for Header<T> {
    fn from_request(req: &'b Request) -> Result<Self> {
        match req.header_bytes(T::NAME) {
            Some(value) => match std::str::from_utf8(value) {
                Ok(value) => T::from_header(value).map(Self),
                Err(_) => Err(unreadable(T::NAME, "it is not UTF-8")),
            },
            None => Err(T::absent()),
        }
    }
}

/// What is answered to a field that cannot be read.
#[cold]
fn unreadable(name: &str, error: impl std::fmt::Display) -> Error {
    Error::status(400, format!("header `{name}`: {error}"))
}

/// The value of a field, read by its type's `FromStr`; for the derive.
pub fn field<T: FromStr<Err: std::fmt::Display>>(value: &str, name: &str) -> Result<T> {
    value.parse().map_err(|error| unreadable(name, error))
}

/// The token of `Authorization: Bearer …`; 401 where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bearer<'b>(pub &'b str);

impl<'b> FromHeader<'b> for Bearer<'b> {
    const NAME: &'static str = "authorization";

    fn from_header(value: &'b str) -> Result<Self> {
        // RFC 9110 §11.1: the name of a scheme has no case.
        match value.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                Ok(Self(token.trim_start()))
            }
            _ => Err(Self::absent()),
        }
    }

    fn absent() -> Error {
        Error::status(401, "this needs a bearer token")
    }
}

macro_rules! texts {
    ($($(#[$doc:meta])* $type:ident $name:literal)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $type<'b>(pub &'b str);

        impl<'b> FromHeader<'b> for $type<'b> {
            const NAME: &'static str = $name;

            fn from_header(value: &'b str) -> Result<Self> {
                Ok(Self(value))
            }
        }
    )*};
}

texts! {
    /// The value of `Accept`: the types that the client would like.
    Accept "accept"
    /// The value of `Accept-Language`: the languages that the client would like.
    AcceptLanguage "accept-language"
    /// The value of `If-None-Match`: what the client has already.
    IfNoneMatch "if-none-match"
    /// The value of `Origin`: the origin of the page that asks.
    Origin "origin"
    /// The value of `Referer`: the page that linked here.
    Referer "referer"
    /// The value of `User-Agent`.
    UserAgent "user-agent"
}
