//! The cookies that came with a request.

use super::FromRequest;
use crate::{Request, Result};

/// The cookies of the request, as [`Request::cookies`] reads them.
///
/// Set one by [`Response::cookie`](crate::Response::cookie).
///
/// ```
/// use httpz::prelude::*;
///
/// #[get("/theme")]
/// fn theme(cookies: Cookies<'_>) -> String {
///     cookies.get("theme").unwrap_or("light").to_owned()
/// }
/// # let client = httpz::testing::Client::new(App::new((), |r| r.mount(routes![theme])));
/// # client.get("/theme").text("light");
/// # client.header("cookie", "id=7; theme=dark").get("/theme").text("dark");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Cookies<'b>(&'b Request);

impl<'b> Cookies<'b> {
    /// The value of the first cookie of this name.
    pub fn get(&self, name: &str) -> Option<&'b str> {
        self.0.cookie(name)
    }

    /// Names and values, in the order they were sent.
    pub fn iter(&self) -> impl Iterator<Item = (&'b str, &'b str)> + use<'b> {
        self.0.cookies()
    }
}

impl<'b> FromRequest<'b> for Cookies<'b> {
    fn from_request(req: &'b Request) -> Result<Self> {
        Ok(Self(req))
    }
}
