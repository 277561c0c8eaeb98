//! The table that requests are looked up in: one look-up gives a leaf, and the leaf knows its
//! methods.
//!
//! The trie's key is the shape of a pattern, without names. So two routes of one shape may name its
//! places differently; each keeps its own names, in the order of the places.

use std::collections::HashMap;
use std::sync::Arc;

use httpz_router::Trie;

use super::listing::RouteInfo;
use super::matching::Matching;
use super::registry::{Make, Registered, Registry};
use super::slash;
use crate::cors::{Policy, Preflights, Scope, WithCors, WithPreflights};
use crate::handler::Action;
use crate::{Method, Request, Shared};

/// Every route, ready to be found.
pub(crate) struct Table<G: 'static> {
    trie: Trie<Leaf<G>>,
    matching: Matching,
    /// The methods of all routes, as the value of `Allow` for `OPTIONS *`.
    allow: String,
}

/// The routes of one shape.
pub(crate) struct Leaf<G: 'static> {
    /// One for each method; few, so they are looked through in order.
    routes: Vec<(Method, Entry<G>)>,
    /// The route for all other methods.
    rest: Option<Entry<G>>,
    /// The value of `Allow`.
    allow: String,
    /// What answers preflights, where a policy does.
    preflights: Option<Arc<Preflights>>,
}

struct Entry<G: 'static> {
    names: &'static [&'static str],
    /// Which places the names are for, where some place has none.
    named: Option<Box<[bool]>>,
    cors: Option<Arc<Policy>>,
    action: Action<Shared<G>>,
    /// For people; boxed, since no request looks at it.
    info: Box<RouteInfo>,
}

/// What a look-up finds.
pub(crate) enum Found<'a, G: 'static> {
    /// A route; its parameters are set.
    Action(&'a Action<Shared<G>>),
    /// The path, but not for this method.
    OtherMethods(&'a Leaf<G>),
    /// Nothing.
    Nothing,
}

impl<G> Table<G> {
    /// Makes the table; `ready` has the place of a route among all, and what makes it ready to run. Names of
    /// parameters are leaked, once for each route that has any.
    pub(crate) fn new(
        registry: Registry<G>,
        matching: Matching,
        ready: impl Fn(usize, &Make<G>) -> Action<Shared<G>>,
    ) -> Self {
        let mut leaves: Vec<(String, Leaf<G>)> = Vec::new();
        let mut by_shape = HashMap::new();
        for (i, route) in registry.routes.into_iter().enumerate() {
            let Registered { info, shape, key, places, method, cors, make, .. } = route;
            let index = *by_shape.entry(matching.shape(shape)).or_insert_with(|| {
                leaves.push((key, Leaf::new()));
                leaves.len() - 1
            });
            leaves[index].1.add(method, Entry::new(places, cors, ready(i, &make), info));
        }
        let mut trie = matching.trie();
        let mut all: Vec<Method> = Vec::new();
        for (key, mut leaf) in leaves {
            leaf.settle();
            all.extend(leaf.methods());
            trie.insert(&key, leaf).expect("patterns of different shapes do not conflict");
        }
        Self { trie, matching, allow: allow(all.into_iter()) }
    }

    /// Finds the route for a request and sets its parameters.
    #[inline]
    pub(crate) fn find(&self, req: &mut Request) -> Found<'_, G> {
        let Some(found) = self.trie.find(path(req)) else { return Found::Nothing };
        let leaf = found.value();
        let Some(entry) = leaf.entry(req.method()) else {
            return Found::OtherMethods(leaf);
        };
        if !entry.names.is_empty() {
            let places = found.into_value_spans();
            match &entry.named {
                None => req.set_params(entry.names, places),
                Some(named) => {
                    let named = places.zip(named).filter(|(_, named)| **named);
                    req.set_params(entry.names, named.map(|(place, _)| place));
                }
            }
        }
        Found::Action(&entry.action)
    }

    /// What is known about the route that answers a request.
    pub(crate) fn route(&self, req: &Request) -> Option<&RouteInfo> {
        let found = self.trie.find(path(req))?;
        found.value().entry(req.method()).map(|entry| &*entry.info)
    }

    /// Should a client that has asked for this path ask for the one with or without a slash at its end?
    pub(crate) fn redirects(&self, path: &str) -> bool {
        // Not `find`, which is only inlined where requests are looked up as long as that is its one place; it would
        // cost each of them 35 instructions.
        self.matching.redirects_trailing_slash && self.trie.has_match(&slash::toggled(path))
    }

    /// The methods of all routes, as the value of `Allow`.
    pub(crate) fn allow(&self) -> &str {
        &self.allow
    }
}

/// What is looked up for a request.
#[inline]
fn path(req: &Request) -> &str {
    match req.route_path() {
        // CONNECT names an authority and no path.
        "" => "/",
        path => path,
    }
}

impl<G> Entry<G> {
    fn new(
        places: Vec<Option<String>>,
        cors: Option<Arc<Policy>>,
        action: Action<Shared<G>>,
        info: RouteInfo,
    ) -> Self {
        let named: Box<[bool]> = places.iter().map(Option::is_some).collect();
        let named = if named.contains(&false) { Some(named) } else { None };
        let names = places.into_iter().flatten().map(|name| &*name.leak());
        let names = names.collect::<Vec<&'static str>>();
        let names: &[_] = if names.is_empty() { &[] } else { names.leak() };
        Self { names, named, cors, action, info: Box::new(info) }
    }
}

impl<G> Leaf<G> {
    fn new() -> Self {
        Self { routes: Vec::new(), rest: None, allow: String::new(), preflights: None }
    }

    fn add(&mut self, method: Option<Method>, entry: Entry<G>) {
        match method {
            Some(method) => self.routes.push((method, entry)),
            None => self.rest = Some(entry),
        }
    }

    /// Called when all routes are here: works out `allow`, and puts CORS policies around the routes.
    fn settle(&mut self) {
        self.allow = allow(self.methods());
        self.preflights = self.answer_preflights();
        for entry in self.routes.iter_mut().map(|(_, entry)| entry).chain(&mut self.rest) {
            if let Some(policy) = entry.cors.clone() {
                entry.action = Arc::new(WithCors { policy, inner: entry.action.clone() });
            }
        }
        let Some(preflights) = &self.preflights else { return };
        let options = self.routes.iter_mut().find(|(method, _)| *method == Method::Options);
        if let Some(entry) = options.map(|(_, entry)| entry).or(self.rest.as_mut()) {
            let (preflights, inner) = (preflights.clone(), entry.action.clone());
            entry.action = Arc::new(WithPreflights { preflights, inner });
        }
    }

    /// Each method with the policy it stands under; `None` when there is no policy here.
    fn answer_preflights(&self) -> Option<Arc<Preflights>> {
        let scope = |policy: Option<&Arc<Policy>>| {
            let policy = policy?;
            let is_its = |other: &Method| match self.entry(*other) {
                Some(entry) => entry.cors.as_ref().is_some_and(|cors| Arc::ptr_eq(cors, policy)),
                None => true, // OPTIONS, which is answered by itself
            };
            Some(Scope { policy: policy.clone(), methods: allow(self.methods().filter(is_its)) })
        };
        let routed = self.methods().filter(|method| self.entry(*method).is_some());
        let methods = routed.map(|method| (method, scope(self.policy(method)))).collect::<Vec<_>>();
        let others = scope(self.policy_of_others());
        let some = others.is_some() || methods.iter().any(|(_, scope)| scope.is_some());
        some.then(|| Arc::new(Preflights { methods, others, takes_others: self.rest.is_some() }))
    }

    /// The methods that are answered here, as the value of `Allow`.
    pub(crate) fn allow(&self) -> &str {
        &self.allow
    }

    /// What pages of other origins may do by this method; where it has no route, by another.
    pub(crate) fn policy(&self, method: Method) -> Option<&Arc<Policy>> {
        match self.entry(method) {
            Some(entry) => entry.cors.as_ref(),
            None => self.policy_of_others(),
        }
    }

    /// That of the methods that have no route of their own.
    fn policy_of_others(&self) -> Option<&Arc<Policy>> {
        match &self.rest {
            Some(rest) => rest.cors.as_ref(),
            None => self.routes.iter().find_map(|(_, entry)| entry.cors.as_ref()),
        }
    }

    /// What answers preflights, where a policy does.
    pub(crate) fn preflights(&self) -> Option<&Preflights> {
        self.preflights.as_deref()
    }

    #[inline]
    fn entry(&self, method: Method) -> Option<&Entry<G>> {
        let of = |method| {
            let mut routes = self.routes.iter();
            routes.find(|(other, _)| *other == method).map(|(_, entry)| entry)
        };
        match of(method) {
            Some(entry) => Some(entry),
            // A HEAD request is a GET whose answer is not sent in full.
            None if method == Method::Head => of(Method::Get).or(self.rest.as_ref()),
            None => self.rest.as_ref(),
        }
    }

    /// The methods that are answered here, those included that are answered by themselves.
    fn methods(&self) -> impl Iterator<Item = Method> {
        let routes = self.routes.iter().map(|(method, _)| *method);
        let head = self.entry(Method::Head).map(|_| Method::Head);
        routes.chain(head).chain([Method::Options])
    }
}

/// The value of `Allow`: each method once, the usual ones first.
fn allow(methods: impl Iterator<Item = Method>) -> String {
    let mut methods: Vec<Method> = methods.collect();
    methods.sort_unstable();
    methods.dedup();
    methods.iter().map(|method| method.as_str().to_owned()).collect::<Vec<_>>().join(", ")
}
