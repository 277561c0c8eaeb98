//! The shapes of the functions that stand around routes: guards, checks and dispatchers.
//!
//! A bound by `Fn` would do, but of a function of another shape the compiler then speaks in its own
//! words, about closures and signatures. Of a trait it says what the trait says, provided that there are
//! two ways to have it: where there is one, it tells what that one lacks. So each trait here has a second
//! way, by which no function gets in; `M` tells the two apart, and is never written.

use crate::{Dispatch, Request, Result};

/// The way in.
#[doc(hidden)]
#[derive(Debug)]
pub struct Function;

/// The way by which nothing gets in.
#[doc(hidden)]
#[derive(Debug)]
pub enum Nothing {}

/// What that way asks for, and no function is. (`Fn(Nothing)` would do as well, were it not that rustdoc
/// 1.95 dies of two bounds by `Fn` that give different types.)
#[doc(hidden)]
pub trait NoFunction {}

impl NoFunction for Nothing {}

/// A function that [`Group::guard`](crate::Group::guard) takes:
/// `Fn(&mut C, &Request) -> Result<R> + Send + Sync + 'static`.
#[diagnostic::on_unimplemented(
    message = "a guard of this group is `fn(&mut {C}, &Request) -> Result<T>`",
    label = "not a guard where the context is `{C}`",
    note = "`T` is the context of the routes after it, so it borrows nothing; the error is `httpz::Error`, as `?` makes it",
    note = "a guard does not wait: what does is a dispatcher, `async fn(Next<'_, T>, &mut {C}, &Request, &mut Response) -> Result`, for `dispatch`",
    note = "a guard that makes nothing is `fn(&{C}, &Request) -> Result`, for `check`"
)]
pub trait GuardFn<C, R, M>: Fn(&mut C, &Request) -> Result<R> + Send + Sync + 'static {}

impl<C, R, F> GuardFn<C, R, Function> for F where
    F: Fn(&mut C, &Request) -> Result<R> + Send + Sync + 'static
{
}

impl<C, R, F> GuardFn<C, R, Nothing> for F where
    F: Fn(&mut C, &Request) -> Result<R> + NoFunction + Send + Sync + 'static
{
}

/// A function that [`Group::check`](crate::Group::check) takes:
/// `Fn(&C, &Request) -> Result + Send + Sync + 'static`.
#[diagnostic::on_unimplemented(
    message = "a check of this group is `fn(&{C}, &Request) -> Result`",
    label = "not a check where the context is `{C}`",
    note = "a check refuses with an error, of which `?` makes `httpz::Error`; it does not wait",
    note = "one that makes the context of the routes after it is `fn(&mut {C}, &Request) -> Result<T>`, for `guard`"
)]
pub trait CheckFn<C, M>: Fn(&C, &Request) -> Result + Send + Sync + 'static {}

impl<C, F> CheckFn<C, Function> for F where F: Fn(&C, &Request) -> Result + Send + Sync + 'static {}

impl<C, F> CheckFn<C, Nothing> for F where
    F: Fn(&C, &Request) -> Result + NoFunction + Send + Sync + 'static
{
}

/// What [`Group::dispatch`](crate::Group::dispatch) takes: every [`Dispatch<C, R>`](Dispatch).
#[diagnostic::on_unimplemented(
    message = "a dispatcher of this group is `async fn(Next<'_, T>, &mut {C}, &Request, &mut Response) -> Result`",
    label = "not a dispatcher where the context is `{C}`",
    note = "`T` is the context of the routes after it, `{C}` where that stays; a closure needs its argument types",
    note = "what does not wait and stands before the routes is a guard, `fn(&mut {C}, &Request) -> Result<T>`, for `guard`"
)]
pub trait Dispatcher<C, R, M>: Dispatch<C, R> {}

impl<C, R, D: Dispatch<C, R>> Dispatcher<C, R, Function> for D {}

impl<C, R, D: Dispatch<C, R> + NoFunction> Dispatcher<C, R, Nothing> for D {}
