//! What `#[get("/users/:id")]` makes of a function, and lists of it.
//!
//! The attribute makes a type of the function's name, whose `META` is a [`Meta`] and which can put the
//! function on a list. [`Routes`] is what `routes![…]` gives: those functions, erased.

use std::any::type_name;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::Method;
use crate::described::Describe;
use crate::handler::{Action, Endpoint, after_body};
use crate::http_error::KnownMeaning;
use crate::{Flow, Request, Response, Result};

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

/// What a route macro knows about a function.
///
/// ```
/// use httpz::prelude::*;
///
/// /// Says hello.
/// #[get("/hello/:name", "/hi/:name")]
/// fn hello(name: &str) -> String {
///     format!("Hello {name}")
/// }
///
/// let meta = hello::META;
/// assert_eq!((meta.name, meta.doc), ("hello", "Says hello."));
/// assert_eq!((meta.answers[0].path, meta.answers[1].path), ("/hello/:name", "/hi/:name"));
/// assert_eq!(meta.params, [("name", "&str")]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Meta {
    /// The name of the function, or what `name = "…"` says.
    pub name: &'static str,
    /// The doc comment of the function.
    pub doc: &'static str,
    /// What it answers: one for each path of each attribute.
    pub answers: &'static [Answers],
    /// Names and types of the path parameters.
    pub params: &'static [(&'static str, &'static str)],
    /// The prefix of the group that it must stand in, as `under = "…"` says; empty where any will do.
    pub under: &'static str,
    /// What the error that it returns means, if that knows its status.
    #[doc(hidden)]
    pub meaning: Option<KnownMeaning>,
    #[doc(hidden)]
    pub describe: Option<Describe>,
}

impl Meta {
    /// Nothing is known; what the macros begin with.
    #[doc(hidden)]
    pub const BARE: Self = Self {
        name: "",
        doc: "",
        answers: &[],
        params: &[],
        under: "",
        meaning: None,
        describe: None,
    };
}

/// The requests that one attribute makes a function answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answers {
    /// Which methods.
    pub verb: Verb,
    /// The pattern, as it was written.
    pub path: &'static str,
    /// Method and pattern as a number: equal for two routes that answer the same requests.
    pub shape: u64,
}

/// How a function with a route attribute runs where the context is `C`; the macros implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a route for the context `{C}`",
    note = "put `#[get(\"/path\")]` (or post, put, …) on the function"
)]
pub trait Route<C: 'static>: Sized + 'static {
    /// Does it have to be waited for?
    #[doc(hidden)]
    const WAITS: bool = false;

    /// Does it take the body before it is read?
    #[doc(hidden)]
    const UNREAD: bool = false;

    /// The whole call, where nothing has to be waited for.
    #[doc(hidden)]
    fn run(cx: &mut C, req: &Request, res: &mut Response) -> Result {
        let _ = (cx, req, res);
        unreachable!("a route that does not wait implements `run`")
    }

    /// The whole call, for one that waits.
    #[doc(hidden)]
    fn wait<'a>(cx: &'a mut C, req: &'a Request, res: &'a mut Response) -> Flow<'a> {
        let _ = (cx, req, res);
        unreachable!("a route that waits implements `wait`")
    }

    /// Makes it ready to run, with what stands around it.
    #[doc(hidden)]
    fn endpoint() -> Action<C> {
        Arc::new(Routed::<Self>(PhantomData))
    }
}

/// A route as an endpoint.
struct Routed<R>(PhantomData<fn(R)>);

impl<C: 'static, R: Route<C>> Endpoint<C> for Routed<R> {
    #[inline]
    fn ready(&self, req: &Request) -> bool {
        !R::WAITS && (req.body_ready() || R::UNREAD)
    }

    #[inline]
    fn now(&self, cx: &mut C, req: &Request, res: &mut Response) -> Result {
        R::run(cx, req, res)
    }

    fn call<'a>(&'a self, cx: &'a mut C, req: &'a Request, res: &'a mut Response) -> Flow<'a> {
        if R::WAITS {
            return R::wait(cx, req, res);
        }
        if Endpoint::<C>::ready(self, req) {
            return Flow::Done(R::run(cx, req, res));
        }
        after_body(self, cx, req, res)
    }
}

/// A list of routes for the context `C`, as `routes![…]` makes it.
pub struct Routes<C> {
    pub(crate) list: Vec<Listed<C>>,
}

/// One function of a list.
pub(crate) struct Listed<C> {
    pub(crate) meta: &'static Meta,
    pub(crate) full_name: &'static str,
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
    pub(crate) meaning: Option<KnownMeaning>,
    pub(crate) describe: Option<Describe>,
}

impl About {
    /// What a route macro knows about a function.
    pub(crate) fn routed(meta: &Meta, full_name: &'static str) -> Self {
        let Meta { name, doc, params, meaning, describe, .. } = *meta;
        Self { name, full_name, doc, params, meaning, describe }
    }

    /// What is known about a function without attribute: its type's name.
    pub(crate) fn plain<H>() -> Self {
        let full_name = type_name::<H>();
        let name = full_name.strip_suffix("::{{closure}}").unwrap_or(full_name);
        let is_closure = name.len() != full_name.len();
        // `module::function<module::Type>`
        let name = name.split('<').next().unwrap_or(name);
        let name = name.rsplit("::").next().unwrap_or(name);
        let name = if is_closure { "closure" } else { name };
        Self { name, full_name, doc: "", params: &[], meaning: None, describe: None }
    }
}

impl<C: 'static> Routes<C> {
    /// An empty list.
    pub const fn new() -> Self {
        Self { list: Vec::new() }
    }

    /// Puts one more function on the list; for the macros.
    #[doc(hidden)]
    pub fn push<R: Route<C>>(&mut self, meta: &'static Meta) {
        self.list.push(Listed { meta, full_name: type_name::<R>(), action: R::endpoint() });
    }
}

impl<C: 'static> Default for Routes<C> {
    fn default() -> Self {
        Self::new()
    }
}
