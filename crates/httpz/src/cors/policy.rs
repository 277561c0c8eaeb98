//! A [`Cors`](super::Cors) without mistakes, and what it says to whom (Fetch standard, §3.3).
//!
//! Where the answer depends on the origin of the request, it says so by `Vary: Origin`, even when it
//! refuses: a shared cache must not hand one origin the answer for another. Where it does not depend on
//! it, every answer names the allowed origin, as the standard advises.

use std::sync::Arc;

use httpz_core::proto::chars::is_token;

use super::Origins;
use crate::handler::{Action, Endpoint};
use crate::{Flow, Method, Request, Response, Result};

const ALLOW_ORIGIN: &str = "Access-Control-Allow-Origin";

/// The longest list of fields that a preflight is told it may send because it has asked for them. What is
/// longer no browser sends, and it must not be more than an answer holds.
const ASKED: usize = 1024;

/// A [`Cors`](super::Cors) without mistakes, its values as they are sent.
pub(crate) struct Policy {
    pub(super) origins: Origins,
    pub(super) credentials: bool,
    pub(super) methods: Option<String>,
    pub(super) headers: Allowed,
    pub(super) exposed: Option<String>,
    pub(super) max_age: Option<String>,
}

/// Which fields a preflight is told that pages may send.
pub(super) enum Allowed {
    These(Option<String>),
    Asked,
}

impl Policy {
    /// Marks the answer, whatever it will be.
    pub(crate) fn mark(&self, req: &Request, res: &mut Response) {
        let allowed = self.mark_origin(req, res);
        if let Some(exposed) = self.exposed.as_ref().filter(|_| allowed) {
            res.header("Access-Control-Expose-Headers", exposed);
        }
        res.keep_headers();
    }

    /// Answers a preflight; `methods` are those that this holds for.
    pub(crate) fn answer_preflight(&self, methods: &str, req: &Request, res: &mut Response) {
        // An origin that is refused is told nothing; its browser does the refusing.
        if self.mark_origin(req, res) {
            self.tell_rules(methods, req, res);
        }
        res.status(204);
    }

    /// Marks an answer that came about without [`Policy::mark`], as to a malformed request.
    pub(crate) fn mark_if_new(&self, req: &Request, res: &mut Response) {
        if res.find_header(ALLOW_ORIGIN).is_none() && res.find_header("vary").is_none() {
            self.mark_origin(req, res);
        }
    }

    /// Says whose pages may read the answer; `true` when the asking page is one of them.
    fn mark_origin(&self, req: &Request, res: &mut Response) -> bool {
        let asking = req.header("origin");
        let allowed = match &self.origins {
            Origins::Any => Some("*"),
            Origins::Listed(list) if list.len() == 1 => list.first().map(String::as_str),
            Origins::Listed(list) => {
                res.vary("Origin");
                asking.filter(|&asking| list.iter().any(|origin| origin == asking))
            }
            Origins::If(test) => {
                res.vary("Origin");
                asking.filter(|asking| test(asking))
            }
        };
        let Some(allowed) = allowed else { return false };
        res.header(ALLOW_ORIGIN, allowed);
        if self.credentials {
            res.header("Access-Control-Allow-Credentials", "true");
        }
        true
    }

    /// What else an allowed preflight is told.
    fn tell_rules(&self, methods: &str, req: &Request, res: &mut Response) {
        res.header("Access-Control-Allow-Methods", self.methods.as_deref().unwrap_or(methods));
        let headers = match &self.headers {
            Allowed::These(names) => names.as_deref(),
            Allowed::Asked => {
                req.header("access-control-request-headers").filter(|names| are_names(names))
            }
        };
        if let Some(headers) = headers {
            res.header("Access-Control-Allow-Headers", headers);
        }
        if let Some(age) = &self.max_age {
            res.header("Access-Control-Max-Age", age);
        }
    }
}

/// The method that a preflight asks about.
pub(crate) fn asked_method(req: &Request) -> Option<Method> {
    let name = req.header_bytes("access-control-request-method")?;
    if is_preflight(req) { Method::from_bytes(name) } else { None }
}

fn is_preflight(req: &Request) -> bool {
    req.method() == Method::Options
        && req.header_bytes("origin").is_some()
        && req.header_bytes("access-control-request-method").is_some()
}

/// Is it what browsers ask for, names with commas between them?
fn are_names(list: &str) -> bool {
    let mut names = list.split(',').map(|name| name.trim_matches([' ', '\t']));
    list.len() <= ASKED && names.all(|name| is_token(name.as_bytes()))
}

/// A policy with the route it holds for.
pub(crate) struct WithCors<C> {
    pub(crate) policy: Arc<Policy>,
    pub(crate) inner: Action<C>,
}

impl<C: 'static> Endpoint<C> for WithCors<C> {
    fn ready(&self, req: &Request) -> bool {
        self.inner.ready(req)
    }

    fn now(&self, cx: &mut C, req: &Request, res: &mut Response) -> Result {
        self.policy.mark(req, res);
        self.inner.now(cx, req, res)
    }

    fn call<'a>(&'a self, cx: &'a mut C, req: &'a Request, res: &'a mut Response) -> Flow<'a> {
        self.policy.mark(req, res);
        self.inner.call(cx, req, res)
    }
}
