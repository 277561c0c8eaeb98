//! What `#[get("/users/:id")]` makes of a function, and lists of it.
//!
//! The attribute makes a type of the function's name, whose `META` is a [`Meta`] and which can put the
//! function on a list. [`Routes`] is what `routes![…]` gives: those functions, erased.

use std::any::type_name;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::handler::{Action, Endpoint, after_body};
use crate::meta::Meta;
use crate::{Flow, Request, Response, Result};

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

    /// As it stands in a list.
    #[doc(hidden)]
    fn listed(meta: &'static Meta) -> Listed<C> {
        Listed { meta, full_name: type_name::<Self>(), action: Self::endpoint() }
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
///
/// What a module has to offer is a function that gives one. `C` is the context of the place where it is mounted:
/// [`Shared<G>`](crate::Shared) where nothing has been put in its place, otherwise what the guard makes.
///
/// ```
/// use httpz::prelude::*;
///
/// struct Db;
///
/// mod notes {
///     use httpz::prelude::*;
///
///     use super::Db;
///
///     #[get("/notes")]
///     fn list(db: &Db) -> &'static str {
///         let _ = db;
///         "none"
///     }
///
///     pub fn routes() -> Routes<Shared<Db>> {
///         routes![list]
///     }
/// }
///
/// # fn main() {
/// let app = App::new(Db, |r| r.group("/api", |g| g.mount(notes::routes())));
/// # httpz::testing::Client::new(app).get("/api/notes").text("none");
/// # }
/// ```
pub struct Routes<C> {
    pub(crate) list: Vec<Listed<C>>,
}

/// One function of a list.
#[doc(hidden)]
pub struct Listed<C> {
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
    /// What a route macro has read.
    pub(crate) meta: Meta,
}

impl About {
    /// What a route macro knows about a function.
    pub(crate) fn routed(meta: &Meta, full_name: &'static str) -> Self {
        Self { name: meta.name(), full_name, meta: *meta }
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
        Self { name, full_name, meta: Meta::BARE }
    }
}

impl<C: 'static> Routes<C> {
    /// An empty list.
    pub const fn new() -> Self {
        Self { list: Vec::new() }
    }

    /// A list of these functions, each by its [`Route::listed`]; for the macros.
    #[doc(hidden)]
    pub fn of(metas: &[&'static Meta], routes: &[fn(&'static Meta) -> Listed<C>]) -> Self {
        Self { list: routes.iter().zip(metas).map(|(listed, meta)| listed(meta)).collect() }
    }
}

impl<C> fmt::Debug for Routes<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Routes").field(&self.list).finish()
    }
}

impl<C> fmt::Debug for Listed<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.full_name)
    }
}

impl<C: 'static> Default for Routes<C> {
    fn default() -> Self {
        Self::new()
    }
}
