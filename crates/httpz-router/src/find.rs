//! Finds the most particular pattern that a path matches.
//!
//! One walk down the tree, a segment at a time. Where a node has only texts there is nothing to come
//! back to, and the walk goes on in a loop; where it has other ways on, each but the last is walked
//! by recursion and left when it leads nowhere. What an abandoned way captured is dropped with it.

use crate::found::{Match, MatchMut, Places};
use crate::node::{Id, NONE, Node};
use crate::segment::Piece;
use crate::trie::Trie;

impl<T> Trie<T> {
    /// The most particular pattern that this path matches.
    ///
    /// ```
    /// # use httpz_router::Trie;
    /// # let mut trie = Trie::new();
    /// trie.insert("/:any/users", 1)?;
    /// trie.insert("/hello/users/test", 2)?;
    /// assert_eq!(trie.find("/hello/users").map(|found| *found.value()), Some(1));
    /// # Ok::<(), httpz_router::InsertError>(())
    /// ```
    #[inline]
    pub fn find<'t, 'p>(&'t self, path: &'p str) -> Option<Match<'t, 'p, T>> {
        let mut places = Places::new();
        let leaf = self.walk_from_root(path, &mut places)?;
        Some(Match { leaf: self.leaf(leaf)?, path, places })
    }

    /// The same, with the value to be changed.
    pub fn find_mut<'t, 'p>(&'t mut self, path: &'p str) -> Option<MatchMut<'t, 'p, T>> {
        let mut places = Places::new();
        let leaf = self.walk_from_root(path, &mut places)?;
        Some(MatchMut { leaf: self.leaf_mut(leaf)?, path, places })
    }

    #[inline]
    fn walk_from_root(&self, path: &str, places: &mut Places) -> Option<Id> {
        if path.as_bytes().first() != Some(&b'/') || u32::try_from(path.len()).is_err() {
            return None;
        }
        let bytes = path.as_bytes();
        match self.walk(0, bytes, 1, places) {
            NONE if self.any_trailing_slash => self.walk_other_slash(path, places),
            NONE => None,
            leaf => Some(leaf),
        }
    }

    /// The walk for the path with its last slash taken away, or with one added.
    #[cold]
    fn walk_other_slash(&self, path: &str, places: &mut Places) -> Option<Id> {
        places.clear();
        let leaf = match path.strip_suffix('/') {
            Some("") => NONE,
            Some(shorter) => self.walk(0, shorter.as_bytes(), 1, places),
            None => {
                // A segment of nothing behind the path: only a text of nothing matches it.
                let longer = alloc::format!("{path}/");
                self.walk(0, longer.as_bytes(), 1, places)
            }
        };
        (leaf != NONE).then_some(leaf)
    }

    fn walk(&self, from: Id, path: &[u8], mut at: usize, places: &mut Places) -> Id {
        let fold = self.ignore_case;
        let mut node = &self.nodes[from as usize];
        loop {
            if at > path.len() {
                return node.leaf;
            }
            #[cfg(test)]
            self.count_visit();
            let piece = Piece::read(path, at);
            let key = if fold { piece.lower() } else { piece };
            let next = piece.end + 1;
            let by_text = node.texts.find(&key, path, fold);
            if !node.has_wild {
                if by_text == NONE {
                    return NONE;
                }
                node = &self.nodes[by_text as usize];
                at = next;
                continue;
            }
            if by_text != NONE {
                let kept = places.len();
                let leaf = self.walk(by_text, path, next, places);
                if leaf != NONE {
                    return leaf;
                }
                places.truncate(kept);
            }
            // A segment of nothing is matched by text, or with more behind it by the rest.
            if piece.len() == 0 {
                return if at < path.len() { rest(node, path, at, places) } else { NONE };
            }
            let kept = places.len();
            for affixed in &node.affixed {
                if let Some((begin, len)) = affixed.value(&path[at..piece.end], fold) {
                    places.push(((at + begin) as u32, len as u32));
                    let leaf = self.walk(affixed.child, path, next, places);
                    if leaf != NONE {
                        return leaf;
                    }
                    places.truncate(kept);
                }
            }
            let whole = (at as u32, piece.len() as u32);
            if node.param != NONE {
                places.push(whole);
                if node.glob == NONE && node.rest == NONE {
                    node = &self.nodes[node.param as usize];
                    at = next;
                    continue;
                }
                let leaf = self.walk(node.param, path, next, places);
                if leaf != NONE {
                    return leaf;
                }
                places.truncate(kept);
            }
            if node.glob != NONE {
                places.push(whole);
                let leaf = self.walk(node.glob, path, next, places);
                if leaf != NONE {
                    return leaf;
                }
                places.truncate(kept);
            }
            return rest(node, path, at, places);
        }
    }
}

/// The pattern that takes everything from `at`, if there is one.
#[inline]
fn rest(node: &Node, path: &[u8], at: usize, places: &mut Places) -> Id {
    if node.rest != NONE {
        places.push((at as u32, (path.len() - at) as u32));
    }
    node.rest
}
