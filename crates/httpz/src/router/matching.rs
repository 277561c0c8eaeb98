//! How paths are compared with patterns: what the application has chosen of what the router can do.

use httpz_router::Trie;

/// How paths are compared with patterns.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Matching {
    /// Whatever the case of ASCII letters.
    pub(crate) any_case: bool,
    /// With and without a slash at the end.
    pub(crate) any_trailing_slash: bool,
    /// Where only the other of the two has a route, the client is sent there.
    pub(crate) redirects_trailing_slash: bool,
}

impl Matching {
    /// What is equal for two patterns exactly when they match the same paths.
    pub(crate) fn shape(self, mut shape: String) -> String {
        if self.any_case {
            shape.make_ascii_lowercase();
        }
        shape
    }

    pub(crate) fn trie<T>(self) -> Trie<T> {
        let mut trie = Trie::new();
        if self.any_case {
            trie = trie.match_any_case();
        }
        if self.any_trailing_slash {
            trie = trie.match_trailing_slash();
        }
        trie
    }
}
