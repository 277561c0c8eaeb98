//! The routes as people read them: at start, in tests, in documentation.

use std::fmt;

use crate::Verb;
use crate::route::About;

/// What is known about a route.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RouteInfo {
    /// Which methods it answers.
    pub verb: Verb,
    /// The pattern with the prefixes of its groups.
    pub pattern: String,
    /// The name of its function; `closure` when it has none.
    pub name: &'static str,
    /// The name of its function with its modules.
    pub handler: &'static str,
    /// The doc comment of its function, where a route macro has read it.
    pub doc: &'static str,
    /// Names and types of the path parameters, where a route macro has read them.
    pub params: Vec<(&'static str, &'static str)>,
}

impl RouteInfo {
    pub(crate) fn new(verb: Verb, pattern: String, about: &About) -> Self {
        let About { name, full_name, meta } = about;
        let params = meta.params().collect();
        Self { verb, pattern, name, handler: full_name, doc: meta.doc(), params }
    }
}

/// The routes of an application, in the order of registration.
///
/// Its `Display` is a table with aligned columns.
///
/// ```
/// use httpz::prelude::*;
///
/// fn ping(_: &Request, _: &mut Response) -> &'static str {
///     "pong"
/// }
///
/// let app = App::new((), |r| r.get("/ping", ping).group("/users", |g| g.delete("/:id", ping)));
/// assert_eq!(app.routes().to_string(), "\
/// GET     /ping       ping
/// DELETE  /users/:id  ping
/// ");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RouteTable {
    pub(crate) routes: Vec<RouteInfo>,
}

impl RouteTable {
    /// The routes, in the order of registration.
    pub fn iter(&self) -> impl Iterator<Item = &RouteInfo> {
        self.routes.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.routes.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.routes.is_empty()
    }
}

impl fmt::Display for RouteTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |text: &dyn Fn(&RouteInfo) -> String| {
            self.routes.iter().map(|route| text(route).chars().count()).max().unwrap_or(0)
        };
        let verbs = width(&|route| route.verb.to_string());
        let patterns = width(&|route| route.pattern.clone());
        let names = width(&|route| route.name.to_owned());
        for RouteInfo { verb, pattern, name, doc, .. } in &self.routes {
            // The first line of a doc comment is its summary.
            match doc.lines().next().unwrap_or_default() {
                "" => writeln!(f, "{verb:verbs$}  {pattern:patterns$}  {name}")?,
                doc => writeln!(f, "{verb:verbs$}  {pattern:patterns$}  {name:names$}  {doc}")?,
            }
        }
        Ok(())
    }
}
