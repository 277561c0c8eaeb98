//! Who answers the preflights of a path, and which methods they name.
//!
//! Routes of one path may stand under several policies, or under none. That of the method which is asked
//! about answers, whatever route there is for OPTIONS. And it names no method that is not its own: a
//! browser remembers all that it is told, and sends them without asking whose they are.

use std::sync::Arc;

use super::policy::{Policy, asked_method};
use crate::handler::{Action, Endpoint};
use crate::{Flow, Method, Request, Response, Result};

/// What answers the preflights of a path.
pub(crate) struct Preflights {
    /// For each method with a route; `None` where it is not for pages of other origins.
    pub(crate) methods: Vec<(Method, Option<Scope>)>,
    /// For all other methods.
    pub(crate) others: Option<Scope>,
    /// Is there a route for all other methods?
    pub(crate) takes_others: bool,
}

/// What a policy holds for on a path.
#[derive(Clone)]
pub(crate) struct Scope {
    pub(crate) policy: Arc<Policy>,
    /// Its methods, as they are listed.
    pub(crate) methods: String,
}

impl Preflights {
    /// `true` when the request was a preflight that has been answered.
    pub(crate) fn answer(&self, req: &Request, res: &mut Response) -> bool {
        let Some(asked) = asked_method(req) else { return false };
        let known = self.methods.iter().find(|(method, _)| *method == asked);
        let Some(scope) = known.map_or(self.others.as_ref(), |(_, scope)| scope.as_ref()) else {
            return false;
        };
        if known.is_none() && self.takes_others {
            let methods = format!("{}, {asked}", scope.methods);
            scope.policy.answer_preflight(methods.trim_start_matches(", "), req, res);
        } else {
            scope.policy.answer_preflight(&scope.methods, req, res);
        }
        true
    }
}

/// A route that OPTIONS requests come to, with the preflights of its path.
pub(crate) struct WithPreflights<C> {
    pub(crate) preflights: Arc<Preflights>,
    pub(crate) inner: Action<C>,
}

impl<C: 'static> Endpoint<C> for WithPreflights<C> {
    fn ready(&self, req: &Request) -> bool {
        self.inner.ready(req)
    }

    fn now(&self, cx: &mut C, req: &Request, res: &mut Response) -> Result {
        if self.preflights.answer(req, res) {
            return Ok(());
        }
        self.inner.now(cx, req, res)
    }

    fn call<'a>(&'a self, cx: &'a mut C, req: &'a Request, res: &'a mut Response) -> Flow<'a> {
        if self.preflights.answer(req, res) {
            return Flow::Done(Ok(()));
        }
        self.inner.call(cx, req, res)
    }
}
