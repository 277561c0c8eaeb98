//! Which pages of other origins may read the answers: the CORS protocol of the Fetch standard.
//!
//! A [`Cors`] is what users say; `check` finds the mistakes in it; a [`Policy`] is the same with its
//! field values written out. A policy marks every answer it holds for before anybody else is asked, so
//! that errors have the marks too ([`Response::keep_headers`](crate::Response::keep_headers)), and
//! answers preflights in place of the route. Routes without a policy do not come by here.

mod check;
mod policy;
mod preflights;

use std::fmt;
use std::time::Duration;

use crate::Method;
use check::{check_names, check_origin};
use policy::Allowed;

pub use check::CorsError;
pub(crate) use policy::{Policy, WithCors, asked_method};
pub(crate) use preflights::{Preflights, Scope, WithPreflights};

type Test = Box<dyn Fn(&str) -> bool + Send + Sync>;

/// Lets pages of other origins ask, and read what is answered.
///
/// ```
/// use httpz::prelude::*;
/// use httpz::Cors;
///
/// let cors = Cors::origin("https://shop.example")
///     .methods([Method::Get, Method::Put])
///     .headers(["content-type"])
///     .max_age(std::time::Duration::from_secs(300));
///
/// let app = App::new((), |r| r.put("/basket", handler(|_, _| "full"))).cors(cors);
///
/// # let client = httpz::testing::Client::new(app);
/// // What a browser asks before it lets a page send a PUT:
/// # let preflight =
/// client
///     .request(Method::Options, "/basket")
///     .header("origin", "https://shop.example")
///     .header("access-control-request-method", "PUT")
///     .header("access-control-request-headers", "content-type")
///     .send()
///     .status(204)
///     .header("access-control-allow-origin", "https://shop.example")
///     .header("access-control-allow-methods", "GET, PUT")
///     .header("access-control-allow-headers", "content-type")
///     .header("access-control-max-age", "300");
/// ```
///
/// [`App::cors`](crate::App::cors) holds for every answer of the application, errors included;
/// [`Group::cors`](crate::Group::cors) for the routes registered after it, in place of the one outside.
/// Preflights are answered with 204 before guards and dispatchers, whether there is a route for
/// OPTIONS or not. The fields count among those of `response.max_header_count`: up to four of an
/// answer, six of a preflight.
///
/// Handlers that have a `Vary` of their own add it by [`Response::header`](crate::Response::header);
/// `set_header` would take ours away.
#[must_use = "it is given to `App::cors` or `Group::cors`"]
pub struct Cors {
    origins: Origins,
    credentials: bool,
    methods: Option<Vec<Method>>,
    headers: Headers,
    exposed: Vec<String>,
    max_age: Option<Duration>,
}

enum Origins {
    Listed(Vec<String>),
    Any,
    If(Test),
}

enum Headers {
    Listed(Vec<String>),
    /// Those that the preflight asks for.
    Asked,
}

impl Cors {
    fn of(origins: Origins) -> Self {
        Self {
            origins,
            credentials: false,
            methods: None,
            headers: Headers::Listed(Vec::new()),
            exposed: Vec::new(),
            max_age: None,
        }
    }

    /// For the pages of this origin: `https://shop.example`, with the port when it is not the usual
    /// one. It is sent with every answer, whoever asks.
    pub fn origin(origin: impl Into<String>) -> Self {
        Self::origins([origin])
    }

    /// For the pages of these origins. The one that asks is told that it may, if it is among them.
    pub fn origins<O: Into<String>>(origins: impl IntoIterator<Item = O>) -> Self {
        Self::of(Origins::Listed(origins.into_iter().map(Into::into).collect()))
    }

    /// For every page of the world (`*`): what needs no login may well be read by all.
    pub fn any_origin() -> Self {
        Self::of(Origins::Any)
    }

    /// For the pages of those origins for which this says yes.
    ///
    /// ```
    /// use httpz::Cors;
    /// let cors = Cors::origin_if(|origin| {
    ///     origin.strip_prefix("https://").is_some_and(|host| host.ends_with(".shop.example"))
    /// });
    /// # httpz::App::new((), |r| r).cors(cors).build()?;
    /// # Ok::<(), httpz::BuildError>(())
    /// ```
    pub fn origin_if(test: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self::of(Origins::If(Box::new(test)))
    }

    /// Lets pages use these methods; without this, those of the path whose routes it holds for.
    pub fn methods(mut self, methods: impl IntoIterator<Item = Method>) -> Self {
        self.methods = Some(methods.into_iter().collect());
        self
    }

    /// Lets pages send these fields, besides the few that every page may. `content-type` must be among
    /// them for JSON.
    pub fn headers<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.headers = Headers::Listed(names.into_iter().map(Into::into).collect());
        self
    }

    /// Lets pages send every field that they ask for.
    pub fn any_header(mut self) -> Self {
        self.headers = Headers::Asked;
        self
    }

    /// Lets pages read these fields of answers, besides the few that every page may.
    pub fn expose<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.exposed = names.into_iter().map(Into::into).collect();
        self
    }

    /// Lets pages ask with the cookies and the login that their user has here. Not for any origin.
    pub fn credentials(mut self) -> Self {
        self.credentials = true;
        self
    }

    /// How long a browser may remember what a preflight was told, in whole seconds (what is less than one is
    /// cut off); without this, 5 seconds. Browsers have bounds of their own, of two hours or a day.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// Looks for mistakes and writes the values out.
    pub(crate) fn check(self) -> Result<Policy, CorsError> {
        let any = |names: &[String]| names.iter().any(|name| name == "*");
        let origins = match self.origins {
            Origins::Listed(list) if any(&list) => Origins::Any,
            Origins::Listed(list) if list.is_empty() => {
                return Err(CorsError::new("cors.origins", "is empty; name at least one".into()));
            }
            other => other,
        };
        if self.credentials && matches!(origins, Origins::Any) {
            return Err(CorsError::new(
                "cors.credentials",
                "cannot be had by any origin (browsers refuse `*` with them, and any page could \
                 act for its visitor); name the origins with `Cors::origins`, or decide with \
                 `Cors::origin_if`"
                    .into(),
            ));
        }
        if let Origins::Listed(list) = &origins {
            list.iter().try_for_each(|origin| check_origin(origin))?;
        }
        if let Headers::Listed(names) = &self.headers {
            if any(names) {
                let mend = "has `*`, which browsers do not take for all fields; use `any_header()`";
                return Err(CorsError::new("cors.headers", mend.into()));
            }
            check_names("cors.headers", names)?;
        }
        check_names("cors.expose", &self.exposed)?;
        if self.credentials && any(&self.exposed) {
            let mend = "has `*`, which means nothing with credentials; name the fields";
            return Err(CorsError::new("cors.expose", mend.into()));
        }
        let list = |names: Vec<String>| (!names.is_empty()).then(|| names.join(", "));
        Ok(Policy {
            origins,
            credentials: self.credentials,
            methods: self
                .methods
                .map(|methods| methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ")),
            headers: match self.headers {
                Headers::Listed(names) => Allowed::These(list(names)),
                Headers::Asked => Allowed::Asked,
            },
            exposed: list(self.exposed),
            max_age: self.max_age.map(|age| age.as_secs().to_string()),
        })
    }
}

impl fmt::Debug for Cors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cors").field("credentials", &self.credentials).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_name_the_field_and_the_mend() {
        for (cors, expected) in [
            (Cors::origins([""; 0]), "cors.origins is empty; name at least one"),
            (
                Cors::origin("shop.example"),
                "cors.origin `shop.example` has no scheme; write `https://shop.example`",
            ),
            (
                Cors::origin("https://shop.example/"),
                "cors.origin `https://shop.example/` has something after its host; write \
                 `https://shop.example`",
            ),
            (
                Cors::origin("https://shop.example:443"),
                "cors.origin `https://shop.example:443` has the usual port, which browsers leave \
                 out; write `https://shop.example`",
            ),
            (
                Cors::origins(["https://a.example", "https://Shop.example"]),
                "cors.origin `https://Shop.example` has upper case, which browsers do not send; \
                 write `https://shop.example`",
            ),
            (
                Cors::origin("null"),
                "cors.origin `null` is what sandboxed pages of anybody send; if you mean all of \
                 these, say so with `Cors::origin_if`",
            ),
            (
                Cors::origin("https://a.example, https://b.example"),
                "cors.origin `https://a.example, https://b.example` is not one origin; give each one \
                 to `Cors::origins`",
            ),
            (
                Cors::any_origin().headers(["*"]),
                "cors.headers has `*`, which browsers do not take for all fields; use \
                 `any_header()`",
            ),
            (
                Cors::any_origin().headers(["x-a, x-b"]),
                "cors.headers has `x-a, x-b`, which is not the name of a field; give one at a time",
            ),
            (
                Cors::origin("https://a.example").credentials().expose(["*"]),
                "cors.expose has `*`, which means nothing with credentials; name the fields",
            ),
        ] {
            assert_eq!(
                cors.check().err().map(|error| error.to_string()).as_deref(),
                Some(expected)
            );
        }
        for cors in [Cors::any_origin(), Cors::origin("*")] {
            let error = cors.credentials().check().err().expect("it is refused");
            assert_eq!(error.field(), "cors.credentials");
            assert!(error.to_string().contains("name the origins"), "{error}");
        }
    }

    #[test]
    fn origins_that_browsers_send_are_accepted() {
        for origin in [
            "https://shop.example",
            "http://localhost:5173",
            "http://127.0.0.1:8080",
            "http://[::1]:3000",
            "https://shop.example:80",
            "chrome-extension://abcdef",
        ] {
            assert!(Cors::origin(origin).credentials().check().is_ok(), "{origin}");
        }
    }
}
