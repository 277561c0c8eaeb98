//! A description of all routes, for programs and for people. Feature `openapi`.
//!
//! It is made of what the route macros know anyway: methods, paths, the types of parameters, bodies and
//! answers, doc comments and error enums. Types are described by `schemars`: those that derive
//! `JsonSchema` are in it with all their fields, others with as much as can be said.
//!
//! ```
//! use httpz::prelude::*;
//! use httpz::ext::openapi::OpenApi;
//! use schemars::JsonSchema;
//! use serde::Serialize;
//!
//! #[derive(Serialize, JsonSchema)]
//! struct User {
//!     id: u64,
//!     name: String,
//! }
//!
//! /// Shows a user.
//! #[get("/users/:id")]
//! fn show(id: u64) -> Json<User> {
//!     Json(User { id, name: "Teg".into() })
//! }
//!
//! let app = App::new((), |r| r.mount(routes![show])).openapi(OpenApi::new("Users", "1.0.0"));
//! # let client = httpz::testing::Client::new(app);
//! # let document: serde_json::Value = client.get("/openapi.json").status(200).read_json();
//! # assert_eq!(document["paths"]["/users/{id}"]["get"]["summary"], "Shows a user.");
//! # client.get("/docs").status(200);
//! ```
//!
//! `/openapi.json` has the description (OpenAPI 3.1), `/docs` a page that needs nothing from elsewhere.
//! [`OpenApi::edit`] adds what routes do not say of themselves, [`OpenApi::check`] says who may see it.

mod document;

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use crate::route::About;
use crate::{
    App, ContentType, Error, Handler, Html, Method, Request, Response, Result, Shared, Verb,
};

const PAGE: &str = include_str!("page.html");

type Edit = Arc<dyn Fn(&mut Value) + Send + Sync>;
type Check = Arc<dyn Fn(&Request) -> Result + Send + Sync>;

/// What the description says about the whole, and where it is.
#[derive(Clone)]
pub struct OpenApi {
    title: String,
    version: String,
    document: String,
    page: Option<String>,
    edits: Vec<Edit>,
    checks: Vec<Check>,
}

impl OpenApi {
    /// A description with this title of an interface of this version.
    pub fn new(title: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            version: version.into(),
            document: "/openapi.json".into(),
            page: Some("/docs".into()),
            edits: Vec::new(),
            checks: Vec::new(),
        }
    }

    /// Where the description is; `/openapi.json` unless said otherwise.
    #[must_use]
    pub fn at(self, path: impl Into<String>) -> Self {
        Self { document: path.into(), ..self }
    }

    /// Where the page is; `/docs` unless said otherwise, nowhere with `None`.
    #[must_use]
    pub fn page(self, path: Option<&str>) -> Self {
        Self { page: path.map(Into::into), ..self }
    }

    /// Adds what routes do not say of themselves: servers, tags, how clients show who they are. It is called
    /// once, when all that is known is in the description; of several, each gets what the one before has left.
    ///
    /// ```
    /// use httpz::ext::openapi::OpenApi;
    /// use httpz::prelude::*;
    ///
    /// let api = OpenApi::new("Users", "1.0.0").edit(|document| {
    ///     document["servers"] = json!([{ "url": "https://api.example" }]);
    ///     document["components"]["securitySchemes"]["token"] =
    ///         json!({ "type": "http", "scheme": "bearer" });
    ///     document["security"] = json!([{ "token": [] }]);
    ///     document["paths"]["/hello"]["get"]["tags"] = json!(["greetings"]);
    /// });
    /// let app = App::new((), |r| r.get("/hello", handler(|_, _| "hello"))).openapi(api);
    /// # let client = httpz::testing::Client::new(app);
    /// # let document: serde_json::Value = client.get("/openapi.json").status(200).read_json();
    /// # assert_eq!(document["security"], json!([{ "token": [] }]));
    /// # assert_eq!(document["paths"]["/hello"]["get"]["tags"], json!(["greetings"]));
    /// # assert!(document["paths"]["/hello"]["get"]["responses"]["200"].is_object());
    /// ```
    #[must_use]
    pub fn edit(mut self, edit: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        self.edits.push(Arc::new(edit));
        self
    }

    /// Shows both to those alone whom this lets in; of several, each must.
    ///
    /// ```
    /// use httpz::ext::openapi::OpenApi;
    /// use httpz::prelude::*;
    ///
    /// let api = OpenApi::new("Users", "1.0.0").check(|req| match req.header("authorization") {
    ///     Some("Bearer of-a-developer") => Ok(()),
    ///     _ => Err(Error::status(404, "Not Found")),
    /// });
    /// let app = App::new((), |r| r).openapi(api);
    /// # let client = httpz::testing::Client::new(app);
    /// # ["/openapi.json", "/docs"].map(|path| client.get(path).status(404));
    /// # let client = client.header("authorization", "Bearer of-a-developer");
    /// # ["/openapi.json", "/docs"].map(|path| client.get(path).status(200));
    /// ```
    #[must_use]
    pub fn check(mut self, check: impl Fn(&Request) -> Result + Send + Sync + 'static) -> Self {
        self.checks.push(Arc::new(check));
        self
    }
}

impl fmt::Debug for OpenApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenApi")
            .field("title", &self.title)
            .field("version", &self.version)
            .field("document", &self.document)
            .field("page", &self.page)
            .finish_non_exhaustive()
    }
}

impl<G: Send + Sync + 'static> App<G> {
    /// Describes the routes at two more of them. Feature `openapi`.
    ///
    /// Everything that a route's own attribute and doc comment say is in it; routes that are given as
    /// closures are there with their path.
    pub fn openapi(mut self, about: OpenApi) -> Self {
        let OpenApi { title, version, document, page, edits, checks } = about;
        let mut description = document::of(&self.registry, &title, &version);
        edits.iter().for_each(|edit| edit(&mut description));
        let text: Arc<str> = description.to_string().into();
        let checks: Arc<[Check]> = checks.into();
        let lets_in = move |req: &Request| checks.iter().try_for_each(|check| check(req));
        if let Some(page) = page {
            let html: Arc<str> = PAGE.replace("/openapi.json", &document).into();
            let lets_in = lets_in.clone();
            self.add(page, move |req: &Request, _: &mut Response| {
                lets_in(req).map(|()| Html(html.to_string()))
            });
        }
        self.add(document, move |req: &Request, res: &mut Response| {
            lets_in(req)?;
            res.content_type(ContentType::Json).text(&text);
            Ok::<_, Error>(())
        });
        self
    }

    /// A mistake is told with those in the user's routes.
    fn add<M, H: Handler<Shared<G>, M>>(&mut self, pattern: String, handler: H) {
        let about = About { name: "openapi", ..About::plain::<H>() };
        let action = handler.into_endpoint();
        let make = Box::new(move |_: &_| action.clone());
        if let Err(error) = self.registry.add(Verb::One(Method::Get), pattern, about, None, make) {
            self.registry.errors.push(error);
        }
    }
}
