//! The body as it is.

use bytes::Bytes;

use super::{FromRequest, Takes};
use crate::{Request, Result};

/// The body as it lies in the request, empty when there is none.
///
/// ```
/// use httpz::prelude::*;
///
/// #[post("/count")]
/// fn count(body: &[u8]) -> String {
///     body.len().to_string()
/// }
/// # let client = httpz::testing::Client::new(App::new((), |r| r.mount(routes![count])));
/// # client.request(Method::Post, "/count").body("four").send().text("4");
/// ```
impl<'b> FromRequest<'b> for &'b [u8] {
    const TAKES: Takes = Takes::Whole;

    fn from_request(req: &'b Request) -> Result<Self> {
        Ok(req.body().unwrap_or_default())
    }
}

/// A copy of the body that may outlive the request, empty when there is none.
impl<'b> FromRequest<'b> for Bytes {
    const TAKES: Takes = Takes::Whole;

    fn from_request(req: &'b Request) -> Result<Self> {
        Ok(Self::copy_from_slice(req.body().unwrap_or_default()))
    }
}
