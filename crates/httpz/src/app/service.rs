//! A request's way through the application: find the route, run it, or say why there is none.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use super::fallbacks::Fallbacks;
use super::observe::{Observe, Watch};
use super::{developer, refusal};
use crate::cors::asked_method;
use crate::handler::Action;
use crate::meaning::{self, Meanings};
use crate::router::areas::Areas;
use crate::router::slash;
use crate::router::table::{Found, Leaf, Table};
use crate::{Config, Error, Flow, Method, Request, Response, Result, Service, Shared, Status};

/// An application whose routes have been checked: the service that connections call.
pub struct Built<G: 'static> {
    pub(super) state: Shared<G>,
    pub(super) table: Table<G>,
    pub(super) fallbacks: Fallbacks<G>,
    pub(super) meanings: Meanings,
    /// For paths without a route and requests without a path; routes have their policy with them.
    pub(super) areas: Areas,
    /// Hears of requests without a route; routes have theirs with them.
    pub(super) observer: Option<Arc<dyn Observe>>,
    pub(super) config: Config,
}

impl<G: Send + Sync + 'static> Service for Built<G> {
    #[inline]
    fn call<'a>(&'a self, req: &'a mut Request, res: &'a mut Response) -> Flow<'a> {
        if !self.fallbacks.before.is_empty()
            && let Err(error) = self.look_before(req, res)
        {
            return self.stopped(error, req, res);
        }
        match self.table.find(req) {
            Found::Action(action) => self.run(action, req, res),
            Found::OtherMethods(leaf) => self.unrouted(Some(leaf), req, res),
            Found::Nothing => self.unrouted(None, req, res),
        }
    }

    #[cold]
    fn refuse(&self, req: &Request, res: &mut Response, error: Error) {
        let error = meaning::interpret(&self.meanings, error);
        refusal::note(req, &error);
        if let Some(policy) = self.areas.elsewhere() {
            policy.mark_if_new(req, res);
        }
        self.shape(req, res, &error);
    }

    #[cold]
    fn too_late(&self, req: &Request, error: Error) -> u16 {
        let error = meaning::interpret(&self.meanings, error);
        refusal::note_late(req, &error);
        error.code()
    }
}

impl<G: Send + Sync + 'static> Built<G> {
    /// On the stack if nothing has to be waited for.
    #[inline]
    fn run<'a>(
        &'a self,
        action: &'a Action<Shared<G>>,
        req: &'a Request,
        res: &'a mut Response,
    ) -> Flow<'a> {
        if action.ready(req) {
            return Flow::Done(action.now(&mut { self.state }, req, res));
        }
        // The arena lends a place that lives as long as the call.
        action.call(req.arena().value(self.state), req, res)
    }

    /// Asks those who want to see every request. Observers hear of a panic in there as of one in a handler.
    #[inline(never)]
    fn look_before(&self, req: &Request, res: &mut Response) -> Result {
        let look = AssertUnwindSafe(|| {
            self.fallbacks.before.iter().try_for_each(|look| look(&self.state, req, &mut *res))
        });
        catch_unwind(look).unwrap_or_else(|panic| {
            let _watch = self.observer.as_ref().map(|it| Watch::begin(&**it, req, None, res));
            resume_unwind(panic)
        })
    }

    /// Where one of them has refused the request.
    #[cold]
    fn stopped<'a>(&'a self, error: Error, req: &'a Request, res: &'a mut Response) -> Flow<'a> {
        let outcome = Err(error);
        if let Some(observer) = &self.observer {
            Watch::begin(&**observer, req, None, res).end(&outcome, &self.meanings);
        }
        Flow::Done(outcome)
    }

    /// Where the path has no route for the method, or there is no such path.
    #[cold]
    fn unrouted<'a>(
        &'a self,
        leaf: Option<&'a Leaf<G>>,
        req: &'a Request,
        res: &'a mut Response,
    ) -> Flow<'a> {
        let Some(observer) = &self.observer else { return self.fall_back(leaf, req, res) };
        Flow::within(req, async move {
            let watch = Watch::begin(&**observer, req, None, res);
            let outcome = self.fall_back(leaf, req, watch.res).await;
            watch.end(&outcome, &self.meanings);
            outcome
        })
    }

    fn fall_back<'a>(
        &'a self,
        leaf: Option<&Leaf<G>>,
        req: &'a Request,
        res: &'a mut Response,
    ) -> Flow<'a> {
        match leaf {
            Some(leaf) => self.other_methods(leaf, req, res),
            None => self.nothing(req, res),
        }
    }

    fn nothing<'a>(&'a self, req: &'a Request, res: &'a mut Response) -> Flow<'a> {
        if req.method() == Method::Options && req.path() == "*" {
            res.status(204).header("Allow", self.table.allow());
            return Flow::Done(Ok(()));
        }
        if let Some(policy) = self.areas.policy(req.route_path()) {
            if asked_method(req).is_some() {
                policy.answer_preflight(self.table.allow(), req, res);
                return Flow::Done(Ok(()));
            }
            policy.mark(req, res);
        }
        if self.table.redirects(req.route_path()) {
            return Flow::Done(slash::redirect(req, res));
        }
        match &self.fallbacks.not_found {
            Some(action) => {
                res.status(404);
                self.run(action, req, res)
            }
            None => Flow::Done(Err(Error::status(404, Status::NOT_FOUND.reason()))),
        }
    }

    fn other_methods<'a>(
        &'a self,
        leaf: &Leaf<G>,
        req: &'a Request,
        res: &'a mut Response,
    ) -> Flow<'a> {
        let allow = leaf.allow();
        if leaf.preflights().is_some_and(|preflights| preflights.answer(req, res)) {
            return Flow::Done(Ok(()));
        }
        if let Some(policy) = leaf.policy(asked_method(req).unwrap_or(req.method())) {
            policy.mark(req, res);
        }
        if req.method() == Method::Options {
            res.status(204).header("Allow", allow);
            return Flow::Done(Ok(()));
        }
        res.status(405).header("Allow", allow);
        match &self.fallbacks.method_not_allowed {
            Some(action) => self.run(action, req, res),
            None => {
                // Not returned as an error: the field must stay.
                let error = Error::status(405, Status::METHOD_NOT_ALLOWED.reason());
                self.shape(req, res, &error);
                Flow::Done(Ok(()))
            }
        }
    }

    fn shape(&self, req: &Request, res: &mut Response, error: &Error) {
        refusal::begin(res, error);
        match &self.fallbacks.on_error {
            Some(on_error) => on_error(&self.state, req, res, error),
            None if developer::is_meant_for(req, error) => {
                developer::page(req, res, error, self.table.route(req));
            }
            None => {
                let is_told = developer::hears_of_limits(req, error);
                let route = if is_told { self.table.route(req) } else { None };
                let told = route.map(|route| developer::explain(req, error, route));
                refusal::shape_error(req, res, told.as_ref().unwrap_or(error));
            }
        }
    }
}

impl<G: 'static> Built<G> {
    /// The configuration it was built with.
    pub fn config(&self) -> &Config {
        &self.config
    }
}

impl<G> fmt::Debug for Built<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Built").field("config", &self.config).finish_non_exhaustive()
    }
}
