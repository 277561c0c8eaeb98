//! A struct from the parameters of the query string or of a submitted form.

use serde::Deserialize;

use super::{FromRequest, Takes, pairs};
use crate::{Request, Result};

/// The query string as a struct.
///
/// Names are matched as they are written. A `Vec` takes every value of a repeated name, anything
/// else refuses a repeated one. An `Option` is `None` when the name is absent or its value empty.
/// Numbers and `bool` are read as in paths; a `&str` borrows from the request. A list of pairs, such as
/// `Vec<(&str, &str)>`, takes them all as they came.
///
/// What is `#[serde(flatten)]`ed has to be text: serde does not say there that a number is wanted, so
/// `?limit=5` is refused with "invalid type: string". Take a second `Query` instead, since each leaves alone
/// what it does not know.
///
/// ```
/// use httpz::prelude::*;
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Page<'a> {
///     limit: Option<usize>,
///     #[serde(borrow, default)]
///     tag: Vec<&'a str>,
/// }
///
/// #[get("/users")]
/// fn list(Query(page): Query<Page<'_>>) -> String {
///     format!("{:?} {:?}", page.limit, page.tag)
/// }
/// # let app = App::new((), |r| r.mount(routes![list]));
/// # httpz::testing::Client::new(app).get("/users?limit=5&tag=a&tag=b").text(r#"Some(5) ["a", "b"]"#);
/// ```
///
/// Parameters that several routes share, such as pages, beside those of one:
///
/// ```
/// use httpz::prelude::*;
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Page {
///     limit: u8,
/// }
///
/// #[derive(Deserialize)]
/// struct Filter<'a> {
///     name: &'a str,
/// }
///
/// #[get("/users")]
/// fn list(Query(page): Query<Page>, Query(filter): Query<Filter<'_>>) -> String {
///     format!("{} of {}", page.limit, filter.name)
/// }
/// # let app = App::new((), |r| r.mount(routes![list]));
/// # httpz::testing::Client::new(app).get("/users?limit=5&name=ann").text("5 of ann");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query<T>(pub T);

impl<'b, T: Deserialize<'b>> FromRequest<'b> for Query<T> {
    fn from_request(req: &'b Request) -> Result<Self> {
        pairs::read(req.query()?, "query").map(Query)
    }
}

/// The body, a submitted form, as a struct; the rules are those of [`Query`].
///
/// The content type of the request is not looked at. A check box for a `bool` says `value="true"`, and the
/// field `#[serde(default)]`, since browsers send nothing for one that is not checked.
///
/// ```
/// use httpz::prelude::*;
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Login<'a> {
///     name: &'a str,
///     #[serde(default)]
///     remember: bool,
/// }
///
/// #[post("/login")]
/// fn login(Form(form): Form<Login<'_>>) -> Redirect {
///     Redirect::to(format!("/home/{}?remember={}", form.name, form.remember))
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form<T>(pub T);

impl<'b, T: Deserialize<'b>> FromRequest<'b> for Form<T> {
    const TAKES: Takes = Takes::Whole;

    fn from_request(req: &'b Request) -> Result<Self> {
        pairs::read(req.form()?, "form").map(Form)
    }
}
