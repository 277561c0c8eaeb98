//! A value as JSON, in both directions.

use serde::Deserialize;

use super::{FromRequest, Takes};
use crate::{Request, Result};

/// JSON: as an argument the body of the request, as a return value the body of the response.
///
/// The content type of the request is not looked at. A body that is not such JSON is answered with
/// 400 and a text that says where, with the path to a value that does not fit.
///
/// What it is read as may borrow from the request. A text that may have escapes (a quote, a line end) is
/// a `String` or a [`Cow`](std::borrow::Cow): decoded, it is not in the request, and a `&str` would be
/// a 500.
///
/// ```
/// use std::borrow::Cow;
///
/// use httpz::prelude::*;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Deserialize)]
/// struct NewUser<'a> {
///     #[serde(borrow)]
///     name: Cow<'a, str>, // borrowed from the request, but for names with escapes
/// }
///
/// #[derive(Serialize)]
/// struct User {
///     id: u64,
///     name: String,
/// }
///
/// #[post("/users")]
/// fn create(Json(new): Json<NewUser<'_>>) -> (Status, Json<User>) {
///     (Status::CREATED, Json(User { id: 1, name: new.name.into_owned() }))
/// }
/// # let client = httpz::testing::Client::new(App::new((), |r| r.mount(routes![create])));
/// # let quoted = json!({ "name": "\"Teg\"" });
/// # client.post("/users", &quoted).status(201).json(json!({ "id": 1, "name": "\"Teg\"" }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<'b, T: Deserialize<'b>> FromRequest<'b> for Json<T> {
    const TAKES: Takes = Takes::Whole;

    #[inline]
    fn from_request(req: &'b Request) -> Result<Self> {
        req.json().map(Json)
    }
}
