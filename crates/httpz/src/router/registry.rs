//! Gathers routes, in the order they are registered, and finds out which cannot stand together.

use std::collections::HashMap;
use std::ptr::fn_addr_eq;
use std::sync::Arc;

use httpz_router::{Pattern, Segment};

use super::error::RouteError;
use super::listing::RouteInfo;
use super::matching::Matching;
use crate::cors::Policy;
use crate::described::Describe;
use crate::handler::Action;
use crate::http_error::KnownMeaning;
use crate::meaning::Meanings;
use crate::route::About;
use crate::{Method, Shared, Verb};

/// The routes of an application, as they are gathered.
pub(crate) struct Registry<G: 'static> {
    pub(crate) routes: Vec<Registered<G>>,
    pub(crate) errors: Vec<RouteError>,
    /// The prefixes of groups that say what pages of other origins may do.
    pub(crate) areas: Vec<(String, Arc<Policy>)>,
    /// What the errors mean that routes return and that know their status; each once.
    pub(crate) meanings: Vec<KnownMeaning>,
    /// Which of `routes` answers a shape and a verb.
    taken: HashMap<(String, Option<Method>), usize>,
}

/// Makes a route ready to run, with what stands around it; called when it is known what errors mean.
pub(crate) type Make<G> = Box<dyn Fn(&Meanings) -> Action<Shared<G>> + Send + Sync>;

/// A route that stands.
pub(crate) struct Registered<G: 'static> {
    pub(crate) info: RouteInfo,
    pub(crate) shape: String,
    /// The pattern with a name at every place, so that routes of one shape capture the same.
    pub(crate) key: String,
    /// The route's own name for each place; `None` for a glob without one.
    pub(crate) places: Vec<Option<String>>,
    /// `None` for every method that no other route of the shape answers.
    pub(crate) method: Option<Method>,
    /// What pages of other origins may do with it.
    pub(crate) cors: Option<Arc<Policy>>,
    /// Says what its types are, where a route macro has read them.
    #[cfg_attr(not(feature = "openapi"), expect(dead_code, reason = "only `ext::openapi` asks"))]
    pub(crate) describe: Option<Describe>,
    pub(crate) make: Make<G>,
}

impl<G> Registry<G> {
    pub(crate) fn new() -> Self {
        Self {
            routes: Vec::new(),
            errors: Vec::new(),
            areas: Vec::new(),
            meanings: Vec::new(),
            taken: HashMap::new(),
        }
    }

    /// Registers a route, or says why it cannot stand.
    pub(crate) fn add(
        &mut self,
        verb: Verb,
        pattern: String,
        about: About,
        cors: Option<Arc<Policy>>,
        make: Make<G>,
    ) -> Result<(), RouteError> {
        let handler = || about.full_name.to_owned();
        let method = match verb {
            Verb::One(method) => Some(method),
            Verb::Named(name) => match Method::from_bytes(name.as_bytes()) {
                Some(method) => Some(method),
                None => {
                    return Err(RouteError::BadMethod {
                        name: name.to_owned(),
                        handler: handler(),
                    });
                }
            },
            Verb::All => None,
        };
        let parsed = Pattern::for_uri(&pattern).map_err(|error| RouteError::Malformed {
            pattern: pattern.clone(),
            handler: handler(),
            reason: error.to_string(),
        })?;
        let shape = parsed.shape().to_string();
        if let Some(&index) = self.taken.get(&(shape.clone(), method)) {
            let second = RouteInfo::new(verb, pattern, &about);
            return Err(conflict(&self.routes[index].info, &second));
        }
        self.taken.insert((shape.clone(), method), self.routes.len());
        if let Some(meaning) = about.meta.meaning
            && !self.meanings.iter().any(|&known| fn_addr_eq(known, meaning))
        {
            self.meanings.push(meaning);
        }
        let (key, places) = places(&parsed, &pattern);
        let info = RouteInfo::new(verb, pattern, &about);
        let describe = about.meta.describe;
        self.routes.push(Registered { info, shape, key, places, method, cors, describe, make });
        Ok(())
    }

    /// Routes that stand by themselves, but not where paths are compared like this.
    pub(crate) fn conflicts(&self, matching: Matching) -> Vec<RouteError> {
        let mut taken = HashMap::new();
        let mut errors = Vec::new();
        for route in &self.routes {
            let key = (matching.shape(route.shape.clone()), route.method);
            let first = *taken.entry(key).or_insert(&route.info);
            if !std::ptr::eq(first, &route.info) {
                errors.push(conflict(first, &route.info));
            }
        }
        errors
    }
}

fn conflict(first: &RouteInfo, second: &RouteInfo) -> RouteError {
    RouteError::Conflict {
        verb: second.verb,
        first: first.pattern.clone(),
        first_handler: first.handler.to_owned(),
        second: second.pattern.clone(),
        second_handler: second.handler.to_owned(),
    }
}

impl<G> Registered<G> {
    /// How many parameters it has.
    pub(crate) fn param_count(&self) -> usize {
        self.places.iter().flatten().count()
    }
}

/// The pattern with every glob named, and the names it has by itself.
fn places(pattern: &Pattern, text: &str) -> (String, Vec<Option<String>>) {
    let (mut key, mut places) = (String::new(), Vec::new());
    // A stem that no name of the route begins with.
    let mut stem = String::from("_");
    while pattern.segments().iter().any(|s| s.name().is_some_and(|name| name.starts_with(&stem))) {
        stem.push('_');
    }
    for (segment, part) in pattern.segments().iter().zip(text.split('/').skip(1)) {
        key.push('/');
        key.push_str(part);
        match segment {
            Segment::Glob(None) | Segment::Rest(None) => {
                key.push_str(&format!("{stem}{}", places.len()));
                places.push(None);
            }
            segment => places.extend(segment.name().map(|name| Some(name.to_owned()))),
        }
    }
    (key, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_every_place_of_a_key() {
        for (text, key, names) in [
            ("/", "/", vec![]),
            ("/a/:id", "/a/:id", vec![Some("id")]),
            ("/*/v:n.json/*", "/*_0/v:n.json/*_2", vec![None, Some("n"), None]),
            ("/*rest", "/*rest", vec![Some("rest")]),
            ("/:_1/*", "/:_1/*__1", vec![Some("_1"), None]),
        ] {
            let names: Vec<_> = names.into_iter().map(|name| name.map(str::to_owned)).collect();
            assert_eq!(places(&Pattern::parse(text).unwrap(), text), (key.to_owned(), names));
        }
    }
}
