//! Finds the most specific pattern that a path matches.
//!
//! A lookup goes down the tree in a loop and remembers nothing but what it captured. At a dead end it
//! climbs back, since a node knows which way led to it, and tries the next way in the order of their kinds.
//! Most lookups never turn back, so whatever only backtracking needs is kept out of [`Tree::descend`], the
//! loop that has to be fast.

use crate::found::{Match, MatchMut, Places};
use crate::node::{Id, NONE, Node, ROOT, Way};
use crate::tree::Tree;
use crate::trie::Trie;
use crate::word;

impl<T> Trie<T> {
    /// The most specific pattern that this path matches.
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
        let mut places = Places::default();
        let leaf = self.tree.find(path.as_bytes(), &mut places);
        Some(Match { leaf: self.leaf(leaf)?, path, places })
    }

    /// Is there a pattern that matches this path?
    ///
    /// ```
    /// # use httpz_router::Trie;
    /// let mut trie = Trie::new();
    /// trie.insert("/users/:id", ())?;
    /// assert!(trie.has_match("/users/7") && !trie.has_match("/users"));
    /// # Ok::<(), httpz_router::InsertError>(())
    /// ```
    #[inline(never)]
    pub fn has_match(&self, path: &str) -> bool {
        self.leaf(self.tree.find(path.as_bytes(), &mut Places::default())).is_some()
    }

    /// Like [`Trie::find`], with the value to be changed.
    pub fn find_mut<'t, 'p>(&'t mut self, path: &'p str) -> Option<MatchMut<'t, 'p, T>> {
        let mut places = Places::default();
        let leaf = self.tree.find(path.as_bytes(), &mut places);
        Some(MatchMut { leaf: self.leaf_mut(leaf)?, path, places })
    }
}

/// Where a walk is: at a node, with this many bytes of the path read.
#[derive(Clone, Copy)]
struct Stand {
    node: Id,
    at: usize,
}

/// Where a walk that had to turn back goes on, or ends.
enum Turn {
    To(Stand),
    Leaf(Id),
}

/// What a lookup that has to turn back is looking for.
#[derive(Clone, Copy)]
struct Goal<'p> {
    path: &'p [u8],
    fold: bool,
    /// Is the path to be read as if a slash followed it?
    slash: bool,
    /// The mark of the path's last segment: a way on which no pattern ends in this mark is not tried.
    end: u64,
}

impl<'p> Goal<'p> {
    fn new(path: &'p [u8], fold: bool, slash: bool) -> Self {
        let last = match slash {
            true => &[],
            false => path.rsplit(|byte| *byte == b'/').next().unwrap_or_default(),
        };
        let word = word::word(last, last);
        let word = if fold { word::lower(word) } else { word };
        Self { path, fold, slash, end: word::mark_of(word::key(word, word::marks(word))) }
    }
}

impl Tree {
    /// The leaf of the most specific pattern that this path matches.
    #[inline(always)]
    pub(crate) fn find(&self, path: &[u8], places: &mut Places) -> Id {
        if path.len() > self.longest_direct {
            let leaf = self.find_whole(path);
            if leaf != NONE {
                return leaf;
            }
            if !self.is_strict() || u32::try_from(path.len()).is_err() {
                return self.find_leniently(path, places);
            }
        }
        self.walk::<true>(path, false, places)
    }

    /// The leaf of the pattern of text alone that this path is. A cold function of its own, so that lookups
    /// which do not call it are not slower for it.
    #[cold]
    #[inline(never)]
    fn find_whole(&self, path: &[u8]) -> Id {
        self.whole.find(path)
    }

    /// The walk where case or a slash at the end does not matter.
    #[cold]
    #[inline(never)]
    fn find_leniently(&self, path: &[u8], places: &mut Places) -> Id {
        if u32::try_from(path.len()).is_err() {
            return NONE;
        }
        let leaf = self.walk::<false>(path, false, places);
        if leaf != NONE || !self.any_trailing_slash || path == b"/" {
            return leaf;
        }
        match path.strip_suffix(b"/") {
            Some(shorter) => self.walk::<false>(shorter, false, places),
            None => self.walk::<false>(path, true, places),
        }
    }

    #[inline(always)]
    fn walk<const STRICT: bool>(&self, path: &[u8], slash: bool, places: &mut Places) -> Id {
        if path.first() != Some(&b'/') {
            return NONE;
        }
        match self.descend::<STRICT>(path, slash, Stand { node: ROOT, at: 1 }, places) {
            Ok(leaf) => leaf,
            Err(stand) => self.search::<STRICT>(path, slash, stand, places),
        }
    }

    /// Goes on from where a descent ended without a leaf.
    #[cold]
    #[inline(never)]
    fn search<const STRICT: bool>(
        &self,
        path: &[u8],
        slash: bool,
        mut stand: Stand,
        places: &mut Places,
    ) -> Id {
        let goal = Goal::new(path, !STRICT && self.fold, slash);
        loop {
            match self.turn(goal, stand, places) {
                Some(Turn::To(to)) => match self.descend::<STRICT>(path, slash, to, places) {
                    Ok(leaf) => return leaf,
                    Err(end) => stand = end,
                },
                Some(Turn::Leaf(leaf)) => return leaf,
                None => return NONE,
            }
        }
    }

    /// Goes down as long as texts or a bare parameter lead on, to the leaf at the end of the path, or to the
    /// dead end. If it is not strict, case may not matter, and with `slash` the path is read as if a slash
    /// followed it.
    #[inline(always)]
    fn descend<const STRICT: bool>(
        &self,
        path: &[u8],
        slash: bool,
        from: Stand,
        places: &mut Places,
    ) -> Result<Id, Stand> {
        let (fold, slash) = (!STRICT && self.fold, !STRICT && slash);
        let (Some(mut node), Some(mut rest)) =
            (self.nodes.get(from.node as usize), path.get(from.at..))
        else {
            return Err(from);
        };
        loop {
            #[cfg(test)]
            self.visits.set(self.visits.get() + 1);
            let word = word::word(rest, path);
            let word = if fold { word::lower(word) } else { word };
            let (to, len) = 'way: {
                let marks = if let Some(table) = node.table() {
                    let marks = word::marks(word);
                    if let Some(text) = self.tables.find(table, word::key(word, marks)) {
                        break 'way (text.to, usize::from(text.len));
                    }
                    marks
                } else {
                    if let Some((to, len)) = node.run(word) {
                        break 'way (to, usize::from(len));
                    }
                    if node.param == NONE {
                        return Err(Stand { node: node.id, at: path.len() - rest.len() });
                    }
                    word::marks(word)
                };
                let at = path.len() - rest.len();
                if node.param != NONE {
                    let len = match marks {
                        0 => word::long_segment_len(rest),
                        marks => word::first(marks),
                    };
                    if len > 0 {
                        places.set(node.n_captured.into(), at, len);
                        break 'way (node.param, len + 1);
                    }
                }
                return Err(Stand { node: node.id, at });
            };
            match (self.nodes.get(to as usize), rest.get(len..)) {
                (Some(next), Some(after)) => (node, rest) = (next, after),
                (Some(last), None) => {
                    return match self.leaf_at_end(last, slash) {
                        NONE => Err(Stand { node: last.id, at: path.len() + 1 }),
                        leaf => Ok(leaf),
                    };
                }
                (None, _) => return Ok(NONE),
            }
        }
    }

    /// The leaf of a node that a path ends at.
    #[inline(always)]
    fn leaf_at_end(&self, node: &Node, slash: bool) -> Id {
        match slash {
            false => node.leaf,
            true => self.text(node.id, b'/'.into()).map_or(NONE, |to| self.nodes[to as usize].leaf),
        }
    }

    /// The next way to try from a dead end: the first after the texts of the node it is at, or after one of
    /// the ways that led there.
    #[inline(always)]
    fn turn(
        &self,
        goal: Goal<'_>,
        Stand { mut node, mut at }: Stand,
        places: &mut Places,
    ) -> Option<Turn> {
        let mut back = self.backs.get(node as usize)?;
        let mut tried = (Way::Text, NONE);
        loop {
            let is_last = match tried.0 {
                Way::Text => back.has_only_texts(),
                _ => back.more.is_none(),
            };
            if !is_last {
                match self.way_after(tried, goal, Stand { node, at }, places) {
                    Some(Turn::To(next)) if next.at > goal.path.len() => {
                        let leaf =
                            self.leaf_at_end(self.nodes.get(next.node as usize)?, goal.slash);
                        if leaf != NONE {
                            return Some(Turn::Leaf(leaf));
                        }
                        // No pattern ends there: try the next way.
                        tried = (self.backs.get(next.node as usize)?.way, next.node);
                        continue;
                    }
                    None => {}
                    turn => return turn,
                }
            }
            if node == ROOT {
                return None;
            }
            let parent = self.backs.get(back.parent as usize)?;
            let n_captured = self.nodes.get(back.parent as usize)?.n_captured;
            at = match back.way {
                Way::Text => at - usize::from(back.len),
                _ => places.start(n_captured.into()) - parent.prefix_len(back.way, node),
            };
            (tried, node, back) = ((back.way, node), back.parent, parent);
        }
    }

    /// The first way on from a node after the one that was tried.
    #[inline(always)]
    fn way_after(
        &self,
        (tried, to): (Way, Id),
        goal: Goal<'_>,
        Stand { node, at }: Stand,
        places: &mut Places,
    ) -> Option<Turn> {
        let (node, back) = (self.nodes.get(node as usize)?, self.backs.get(node as usize)?);
        let rest = goal.path.get(at..)?;
        let len = word::segment_len(rest, goal.path);
        let leads_on = |to: Id| {
            let back = self.backs.get(to as usize);
            back.is_some_and(|back| back.ends & goal.end != 0)
        };
        let (i, next) = (usize::from(node.n_captured), at + len + 1);
        // An empty segment is only matched by text, or by a rest if more follows it.
        if len > 0 {
            if tried <= Way::Affixed
                && let Some(more) = &back.more
            {
                let from = more.affixed.iter().position(|affixed| affixed.to == to);
                for affixed in &more.affixed[from.map_or(0, |from| from + 1)..] {
                    if leads_on(affixed.to)
                        && let Some((from, until)) = affixed.value(&rest[..len], goal.fold)
                    {
                        places.set(i, at + from, until - from);
                        return Some(Turn::To(Stand { node: affixed.to, at: next }));
                    }
                }
            }
            if tried < Way::Param && leads_on(back.param) {
                places.set(i, at, len);
                return Some(Turn::To(Stand { node: back.param, at: next }));
            }
            if tried < Way::Glob
                && let Some(more) = &back.more
                && leads_on(more.glob)
            {
                places.set(i, at, len);
                return Some(Turn::To(Stand { node: more.glob, at: next }));
            }
        }
        let leaf = back.more.as_ref()?.rest;
        if leaf == NONE || rest.is_empty() {
            return None;
        }
        places.set(i, at, rest.len());
        Some(Turn::Leaf(leaf))
    }
}
