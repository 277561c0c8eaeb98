//! What handlers can ask for besides the request: the context of the place they are mounted at.
//!
//! At the root it is [`Shared<G>`], the application's own state. A guard or a dispatcher may put a
//! value of another type in its place for the routes that follow. A handler says which type it needs,
//! and [`Has`] is how the compiler checks that it is there: a handler mounted where its context is
//! not made does not compile.

use std::fmt;
use std::ops::Deref;

/// A context that can lend a `T`.
///
/// Every type has itself, [`Shared<G>`] has `G`, and `#[derive(Context)]` implements it for each
/// field of a struct.
///
/// ```
/// use httpz::{Has, Shared};
///
/// struct Db;
/// struct Me { id: u64, db: Shared<Db> }
///
/// impl Has<Db> for Me {
///     fn has(&self) -> &Db {
///         &self.db
///     }
/// }
/// # let me = Me { id: 7, db: Shared::leak(Db) };
/// # let _: &Db = me.has();
/// # assert_eq!(me.id, 7);
/// ```
///
/// A handler that is mounted where nobody makes what it asks for does not compile:
///
/// ```compile_fail,E0277
/// use httpz::prelude::*;
///
/// struct Me;
///
/// #[get("/me")]
/// fn me(me: &Me) {}
///
/// let app = App::new((), |r| r.mount(routes![me]));
/// ```
#[diagnostic::on_unimplemented(
    message = "this handler needs `{T}`, but the router or group it is mounted on has the context `{Self}`",
    label = "mounted where no `{T}` is made",
    note = "at the root it is what `App::new` is given, itself and not in an `Arc`; or mount the handler in a group whose guard returns `{T}` or whose dispatcher passes it on (`next.run(&mut value, req, res)`), or implement `Has<{T}>` for `{Self}`"
)]
pub trait Has<T: ?Sized> {
    /// Lends it.
    fn has(&self) -> &T;
}

/// A context that can lend a `T` to be changed.
///
/// What a guard or dispatcher made for this request can be; what is shared with other requests
/// cannot.
#[diagnostic::on_unimplemented(
    message = "this handler needs `&mut {T}`, but the router or group it is mounted on has the context `{Self}`",
    label = "mounted where no `{T}` can be borrowed mutably",
    note = "shared state is only lent as `&{T}`; mount it in a group whose guard returns `{T}` or whose dispatcher passes it on"
)]
pub trait HasMut<T: ?Sized>: Has<T> {
    /// Lends it to be changed.
    fn has_mut(&mut self) -> &mut T;
}

impl<T> Has<T> for T {
    #[inline]
    fn has(&self) -> &T {
        self
    }
}

impl<T> HasMut<T> for T {
    #[inline]
    fn has_mut(&mut self) -> &mut T {
        self
    }
}

/// State that all requests share, and the context of the root.
///
/// It is a plain reference that lives as long as the program: copying it costs nothing, no count is
/// kept, and it can be held across an await or moved into a task. The price is that the value is
/// leaked: its `Drop` does not run. A handler takes it as `&Shared<T>` where a task or a body that is
/// sent later needs the state (see [`handlers`](crate::handlers#waiting)), as `&T` elsewhere.
///
/// ```
/// use httpz::Shared;
///
/// let names = Shared::leak(vec!["ann", "bo"]);
/// let same = names;
/// assert_eq!(names.len(), same.len());
/// ```
pub struct Shared<G: 'static>(&'static G);

impl<G> Shared<G> {
    /// Shares this value for the rest of the program.
    pub fn leak(value: G) -> Self {
        Self(Box::leak(Box::new(value)))
    }

    /// Shares what lives that long already.
    pub const fn from_static(value: &'static G) -> Self {
        Self(value)
    }

    /// The value itself, for the rest of the program.
    #[inline]
    pub fn get(self) -> &'static G {
        self.0
    }
}

impl<G> Clone for Shared<G> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<G> Copy for Shared<G> {}

impl<G> Has<G> for Shared<G> {
    #[inline]
    fn has(&self) -> &G {
        self.0
    }
}

impl<G> Deref for Shared<G> {
    type Target = G;

    #[inline]
    fn deref(&self) -> &G {
        self.0
    }
}

impl<G: fmt::Debug> fmt::Debug for Shared<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Shared").field(self.0).finish()
    }
}
