//! What pages of other origins may do where there is no route.
//!
//! A path without a route has no policy with it, but a page must be able to read its 404 all the same.
//! So the policy of a group that has a prefix of its own holds for all that is below it. Looked up
//! only when no route is found.

use std::sync::Arc;

use httpz_router::Trie;

use super::matching::Matching;
use crate::cors::Policy;

/// Which policy holds for a path without a route.
pub(crate) struct Areas {
    groups: Trie<Arc<Policy>>,
    /// For what is in no such group, and for requests without a path.
    elsewhere: Option<Arc<Policy>>,
}

impl Areas {
    /// Of two groups of one prefix the first one counts.
    pub(crate) fn new(
        groups: Vec<(String, Arc<Policy>)>,
        elsewhere: Option<Arc<Policy>>,
        matching: Matching,
    ) -> Self {
        let mut trie = matching.trie();
        for (prefix, policy) in groups {
            let stem = prefix.trim_end_matches('/');
            for pattern in [stem.to_owned(), format!("{stem}/"), format!("{stem}/*")] {
                // A prefix that cannot be part of a pattern is told of by the routes below it.
                let _ = trie.insert(&pattern, policy.clone());
            }
        }
        Self { groups: trie, elsewhere }
    }

    /// The policy for this path.
    pub(crate) fn policy(&self, path: &str) -> Option<&Policy> {
        match self.groups.find(path) {
            Some(found) => Some(found.value()),
            None => self.elsewhere(),
        }
    }

    /// The policy of the application.
    pub(crate) fn elsewhere(&self) -> Option<&Policy> {
        self.elsewhere.as_deref()
    }
}
