//! What `#[get("/users/:id")]` makes of a function, and lists of it.
//!
//! The attribute implements [`RouteMeta`] (what the route is) and [`Endpoint`] (how it runs) for a
//! type of the function's name. [`Routes`] is what `routes![…]` gives: those types, erased.

use std::any::type_name;
use std::fmt;
use std::sync::Arc;

use crate::Method;
use crate::handler::{Action, Endpoint};

/// The requests of a path that a route answers, by their method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Those with this method.
    One(Method),
    /// Those with a method of this name; for methods that have no variant of their own.
    Named(&'static str),
    /// Those that no other route of the path answers.
    All,
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(method) => f.pad(method.as_str()),
            Self::Named(name) => f.pad(name),
            Self::All => f.pad("*"),
        }
    }
}

/// What the route macros know about a function.
///
/// ```
/// use httpz::prelude::*;
/// use httpz::RouteMeta;
///
/// /// Says hello.
/// #[get("/hello/:name")]
/// fn hello(name: &str) -> String {
///     format!("Hello {name}")
/// }
///
/// assert_eq!(<hello as RouteMeta>::PATH, "/hello/:name");
/// assert_eq!(<hello as RouteMeta>::DOC, "Says hello.");
/// ```
pub trait RouteMeta {
    /// Which methods it answers.
    const METHOD: Verb;
    /// The pattern, as it was written.
    const PATH: &'static str;
    /// What it matches, as a number: equal for two routes that answer the same requests.
    const SHAPE: u64;
    /// The name of the function.
    const NAME: &'static str;
    /// The doc comment of the function.
    const DOC: &'static str;
    /// Names and types of the path parameters.
    const PARAMS: &'static [(&'static str, &'static str)];
}

/// A function with a route attribute that can run where the context is `C`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a route for the context `{C}`",
    note = "put `#[get(\"/path\")]` (or post, put, …) on the function"
)]
pub trait Route<C>: Endpoint<C> + RouteMeta {}

impl<C, T: Endpoint<C> + RouteMeta> Route<C> for T {}

/// A list of routes for the context `C`, as `routes![…]` makes it.
pub struct Routes<C> {
    pub(crate) list: Vec<Listed<C>>,
}

/// One route of a list.
pub(crate) struct Listed<C> {
    pub(crate) verb: Verb,
    pub(crate) path: &'static str,
    pub(crate) about: About,
    pub(crate) action: Action<C>,
}

/// What is known about a handler, for tables and messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About {
    /// The function, as short as it was named.
    pub(crate) name: &'static str,
    /// The function with its modules.
    pub(crate) full_name: &'static str,
    pub(crate) doc: &'static str,
    pub(crate) params: &'static [(&'static str, &'static str)],
}

impl About {
    /// What is known about a function without attribute: its type's name.
    pub(crate) fn plain<H>() -> Self {
        let full_name = type_name::<H>();
        let name = full_name.strip_suffix("::{{closure}}").unwrap_or(full_name);
        let is_closure = name.len() != full_name.len();
        // `module::function<module::Type>`
        let name = name.split('<').next().unwrap_or(name);
        let name = name.rsplit("::").next().unwrap_or(name);
        Self { name: if is_closure { "closure" } else { name }, full_name, doc: "", params: &[] }
    }
}

impl<C: 'static> Routes<C> {
    /// An empty list.
    pub const fn new() -> Self {
        Self { list: Vec::new() }
    }

    /// The list with one more route.
    #[must_use]
    #[allow(clippy::should_implement_trait, reason = "nothing is summed up; a list grows")]
    pub fn add<R: Route<C>>(mut self, route: R) -> Self {
        self.list.push(Listed {
            verb: R::METHOD,
            path: R::PATH,
            about: About {
                name: R::NAME,
                full_name: type_name::<R>(),
                doc: R::DOC,
                params: R::PARAMS,
            },
            action: Arc::new(route),
        });
        self
    }
}

impl<C: 'static> Default for Routes<C> {
    fn default() -> Self {
        Self::new()
    }
}
