//! Finds the most particular pattern that a path matches.
//!
//! One walk down the tree, a segment at a time, or several where nothing branches off. Where a node
//! has only texts there is nothing to come back to, and the walk goes on in a loop; where it has other
//! ways on, each but the last is walked by recursion and left when it leads nowhere. What an abandoned
//! way captured is dropped with it.

use crate::found::{Match, MatchMut, Places};
use crate::node::{Id, NONE, Node, Wild};
use crate::segment::{self, Piece};
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
        // Text goes before everything else in each segment, so a path that is a pattern wins.
        let leaf = self.whole.find(&Piece::whole(bytes), bytes, false);
        if leaf != NONE {
            return Some(leaf);
        }
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

    #[inline]
    fn walk(&self, from: Id, path: &[u8], at: usize, places: &mut Places) -> Id {
        match self.ignore_case {
            false => self.walk_on::<false>(from, path, at, places),
            true => self.walk_on::<true>(from, path, at, places),
        }
    }

    /// The walk from a node, with the segment at `at` before it.
    fn walk_on<const FOLD: bool>(
        &self,
        from: Id,
        path: &[u8],
        mut at: usize,
        places: &mut Places,
    ) -> Id {
        let mut node = &self.nodes[from as usize];
        loop {
            if at > path.len() {
                return node.leaf;
            }
            #[cfg(test)]
            self.count_visit();
            if !FOLD && node.run.to != NONE {
                let Some(next) = node.run.passes(path, at) else { return NONE };
                node = &self.nodes[node.run.to as usize];
                at = next;
                continue;
            }
            if !FOLD && node.is_param_only {
                let end = segment::end(path, at);
                if end == at {
                    return NONE;
                }
                places.push((at as u32, (end - at) as u32));
                node = &self.nodes[node.param as usize];
                at = end + 1;
                continue;
            }
            let piece = Piece::read(path, at);
            let key = if FOLD { piece.lower() } else { piece };
            let next = piece.end + 1;
            let by_text = node.texts.find(&key, path, FOLD);
            match node.wild {
                Wild::None if by_text == NONE => return NONE,
                Wild::None => {
                    node = &self.nodes[by_text as usize];
                    at = next;
                    continue;
                }
                Wild::Param => {}
                Wild::Many => return self.walk_many::<FOLD>(node, by_text, &piece, path, places),
            }
            if by_text != NONE {
                let kept = places.len();
                let leaf = self.walk_on::<FOLD>(by_text, path, next, places);
                if leaf != NONE {
                    return leaf;
                }
                places.truncate(kept);
            }
            // A segment of nothing is matched by text alone.
            if piece.len() == 0 {
                return NONE;
            }
            places.push((at as u32, piece.len() as u32));
            node = &self.nodes[node.param as usize];
            at = next;
        }
    }

    /// All ways on from a node that has more than text and a parameter, in their order.
    #[inline(never)]
    fn walk_many<const FOLD: bool>(
        &self,
        node: &Node,
        by_text: Id,
        piece: &Piece,
        path: &[u8],
        places: &mut Places,
    ) -> Id {
        let (at, next, kept) = (piece.at, piece.end + 1, places.len());
        let try_way = |child: Id, captured: Option<(u32, u32)>, places: &mut Places| {
            if child == NONE {
                return NONE;
            }
            places.truncate(kept);
            places.extend(captured);
            self.walk_on::<FOLD>(child, path, next, places)
        };
        let leaf = try_way(by_text, None, places);
        if leaf != NONE {
            return leaf;
        }
        // A segment of nothing is matched by text, or with more behind it by the rest.
        if piece.len() > 0 {
            for affixed in &node.affixed {
                if let Some((begin, len)) = affixed.value(&path[at..piece.end], FOLD) {
                    let value = ((at + begin) as u32, len as u32);
                    let leaf = try_way(affixed.child, Some(value), places);
                    if leaf != NONE {
                        return leaf;
                    }
                }
            }
            let whole = Some((at as u32, piece.len() as u32));
            for child in [node.param, node.glob] {
                let leaf = try_way(child, whole, places);
                if leaf != NONE {
                    return leaf;
                }
            }
        }
        if at == path.len() {
            return NONE;
        }
        places.truncate(kept);
        places.push((at as u32, (path.len() - at) as u32));
        node.rest
    }
}
