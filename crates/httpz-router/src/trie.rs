//! The set of patterns: what goes in, what comes out, and what else can be done with it.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use crate::error::InsertError;
use crate::node::{Id, NONE, Node, Run, Texts, Wild};
use crate::pattern::{Pattern, Segment};
use crate::segment::Piece;

/// A set of patterns, each with a value.
///
/// See the [crate's documentation](crate) for patterns, precedence and how it works.
#[derive(Debug)]
pub struct Trie<T> {
    pub(crate) nodes: Vec<Node>,
    /// The patterns without parameters and globs: the most particular ones, found by the whole path.
    /// Empty where case does not matter.
    pub(crate) whole: Texts,
    leaves: Vec<Option<Leaf<T>>>,
    /// The places of removed leaves, to be used again.
    free: Vec<Id>,
    pub(crate) ignore_case: bool,
    pub(crate) any_trailing_slash: bool,
    /// Visits of nodes by lookups, for the tests of the worst case.
    #[cfg(test)]
    pub(crate) visits: core::cell::Cell<usize>,
}

/// A pattern with its value.
#[derive(Clone, Debug)]
pub(crate) struct Leaf<T> {
    pub(crate) pattern: Pattern,
    /// A name, if it has one, for each place that a walk captures.
    pub(crate) names: Box<[Option<Box<str>>]>,
    pub(crate) value: T,
}

impl<T> Default for Trie<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Clone> Clone for Trie<T> {
    fn clone(&self) -> Self {
        Self {
            nodes: self.nodes.clone(),
            whole: self.whole.clone(),
            leaves: self.leaves.clone(),
            free: self.free.clone(),
            ignore_case: self.ignore_case,
            any_trailing_slash: self.any_trailing_slash,
            #[cfg(test)]
            visits: self.visits.clone(),
        }
    }
}

impl<T> Trie<T> {
    /// A set without patterns.
    pub fn new() -> Self {
        Self {
            nodes: vec![Node::new()],
            whole: Texts::default(),
            leaves: Vec::new(),
            free: Vec::new(),
            ignore_case: false,
            any_trailing_slash: false,
            #[cfg(test)]
            visits: core::cell::Cell::new(0),
        }
    }

    /// Lets text match whatever the case of its ASCII letters. To be said before the first pattern.
    ///
    /// ```
    /// # use httpz_router::Trie;
    /// let mut trie = Trie::new().match_any_case();
    /// trie.insert("/Users/:id", ())?;
    /// assert_eq!(trie.find("/uSERS/Ann").expect("it matches").param("id"), Some("Ann"));
    /// # Ok::<(), httpz_router::InsertError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// When there are patterns already.
    #[must_use]
    pub fn match_any_case(mut self) -> Self {
        assert!(
            self.leaves.is_empty(),
            "the case of patterns is settled before the first is inserted"
        );
        self.ignore_case = true;
        self
    }

    /// Lets a path match with and without a slash at its end, where one of the two matches.
    ///
    /// ```
    /// # use httpz_router::Trie;
    /// let mut trie = Trie::new().match_trailing_slash();
    /// trie.insert("/users", ())?;
    /// assert!(trie.find("/users/").is_some());
    /// # Ok::<(), httpz_router::InsertError>(())
    /// ```
    #[must_use]
    pub fn match_trailing_slash(mut self) -> Self {
        self.any_trailing_slash = true;
        self
    }

    /// How many patterns there are.
    pub fn len(&self) -> usize {
        self.leaves.iter().flatten().count()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a pattern.
    ///
    /// # Errors
    ///
    /// When it is malformed, or matches the same paths as one that is there; nothing is added then.
    pub fn insert(&mut self, pattern: &str, value: T) -> Result<(), InsertError> {
        let pattern = Pattern::parse(pattern)?;
        if let Some(old) = self.seek(&pattern).and_then(|place| self.leaf(*self.place(place))) {
            let (new, old) = (pattern.to_string(), old.pattern.to_string());
            return Err(InsertError::Conflict { new, old });
        }
        let names = pattern
            .segments()
            .iter()
            .filter(|segment| !matches!(segment, Segment::Static(_)))
            .map(|segment| segment.name().map(Box::from))
            .collect();
        let place = self.make(&pattern);
        let literal = literal(&pattern).filter(|_| !self.ignore_case);
        let leaf = Some(Leaf { pattern, names, value });
        let id = match self.free.pop() {
            Some(free) => {
                self.leaves[free as usize] = leaf;
                free
            }
            None => {
                self.leaves.push(leaf);
                self.leaves.len() as Id - 1
            }
        };
        *self.place_mut(place) = id;
        if let Some(path) = literal {
            self.whole.add_whole(&path, id);
        }
        Ok(())
    }

    /// Takes a pattern out; names do not matter.
    ///
    /// ```
    /// # use httpz_router::Trie;
    /// # let mut trie = Trie::new();
    /// trie.insert("/users/:id", 1)?;
    /// assert_eq!(trie.remove("/users/:anything"), Some(1));
    /// assert!(trie.is_empty());
    /// # Ok::<(), httpz_router::InsertError>(())
    /// ```
    pub fn remove(&mut self, pattern: &str) -> Option<T> {
        let place = self.seek(&Pattern::parse(pattern).ok()?)?;
        let id = core::mem::replace(self.place_mut(place), NONE);
        let leaf = self.leaves.get_mut(id as usize)?.take()?;
        self.free.push(id);
        if literal(&leaf.pattern).is_some() && !self.ignore_case {
            self.gather_whole();
        }
        Some(leaf.value)
    }

    /// The value of a pattern; names do not matter.
    pub fn get(&self, pattern: &str) -> Option<&T> {
        let place = self.seek(&Pattern::parse(pattern).ok()?)?;
        Some(&self.leaf(*self.place(place))?.value)
    }

    /// The value of a pattern, to be changed; names do not matter.
    pub fn get_mut(&mut self, pattern: &str) -> Option<&mut T> {
        let place = self.seek(&Pattern::parse(pattern).ok()?)?;
        let id = *self.place(place);
        Some(&mut self.leaf_mut(id)?.value)
    }

    /// Patterns and values, in the order of insertion unless some were removed in between.
    pub fn iter(&self) -> impl Iterator<Item = (&Pattern, &T)> {
        self.leaves.iter().flatten().map(|leaf| (&leaf.pattern, &leaf.value))
    }

    /// Adds the patterns of another set, each with `prefix` in front.
    ///
    /// ```
    /// # use httpz_router::Trie;
    /// let mut users = Trie::new();
    /// users.insert("/:id", "user")?;
    /// let mut trie = Trie::new();
    /// trie.merge("/api/users", users)?;
    /// assert_eq!(trie.get("/api/users/:id"), Some(&"user"));
    /// # Ok::<(), httpz_router::InsertError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first that cannot be added; those before it are.
    pub fn merge(&mut self, prefix: &str, other: Self) -> Result<(), InsertError> {
        let prefix = prefix.trim_end_matches('/');
        for leaf in other.leaves.into_iter().flatten() {
            self.insert(&format!("{prefix}{}", leaf.pattern), leaf.value)?;
        }
        Ok(())
    }

    pub(crate) fn leaf(&self, id: Id) -> Option<&Leaf<T>> {
        self.leaves.get(id as usize)?.as_ref()
    }

    pub(crate) fn leaf_mut(&mut self, id: Id) -> Option<&mut Leaf<T>> {
        self.leaves.get_mut(id as usize)?.as_mut()
    }

    #[cfg(test)]
    pub(crate) fn count_visit(&self) {
        self.visits.set(self.visits.get() + 1);
    }

    /// Makes the table of whole paths anew: nothing is ever taken out of one.
    fn gather_whole(&mut self) {
        self.whole = Texts::default();
        for (id, leaf) in self.leaves.iter().enumerate() {
            if let Some(path) = leaf.as_ref().and_then(|leaf| literal(&leaf.pattern)) {
                self.whole.add_whole(&path, id as Id);
            }
        }
    }

    // ---- the tree

    fn text(&self, text: &str) -> String {
        if self.ignore_case { text.to_ascii_lowercase() } else { text.to_owned() }
    }

    /// Where the leaf of a pattern stands, if all of its nodes are there.
    fn seek(&self, pattern: &Pattern) -> Option<Place> {
        let mut at: Id = 0;
        for segment in pattern.segments() {
            let node = &self.nodes[at as usize];
            at = match segment {
                Segment::Static(text) => {
                    let text = self.text(text);
                    node.texts.find(&Piece::of(&text), text.as_bytes(), false)
                }
                Segment::Param { prefix, suffix, .. } if prefix.is_empty() && suffix.is_empty() => {
                    node.param
                }
                Segment::Param { prefix, suffix, .. } => {
                    let (prefix, suffix) = (self.text(prefix), self.text(suffix));
                    node.affixed_child(&prefix, &suffix)
                }
                Segment::Glob(_) => node.glob,
                Segment::Rest(_) => return Some(Place { node: at, rest: true }),
            };
            if at == NONE {
                return None;
            }
        }
        Some(Place { node: at, rest: false })
    }

    /// Where the leaf of a pattern stands; nodes that are missing are made.
    fn make(&mut self, pattern: &Pattern) -> Place {
        let mut at: Id = 0;
        let mut trail = vec![at];
        for segment in pattern.segments() {
            let next = self.nodes.len() as Id;
            let node = &self.nodes[at as usize];
            let child = match segment {
                Segment::Static(text) => {
                    let text = self.text(text);
                    let child = node.texts.find(&Piece::of(&text), text.as_bytes(), false);
                    if child == NONE {
                        self.nodes[at as usize].texts.add(&text, next);
                    }
                    child
                }
                Segment::Param { prefix, suffix, .. } if prefix.is_empty() && suffix.is_empty() => {
                    let child = node.param;
                    if child == NONE {
                        self.nodes[at as usize].param = next;
                    }
                    child
                }
                Segment::Param { prefix, suffix, .. } => {
                    let (prefix, suffix) = (self.text(prefix), self.text(suffix));
                    let child = node.affixed_child(&prefix, &suffix);
                    if child == NONE {
                        self.nodes[at as usize].add_affixed(&prefix, &suffix, next);
                    }
                    child
                }
                Segment::Glob(_) => {
                    let child = node.glob;
                    if child == NONE {
                        self.nodes[at as usize].glob = next;
                    }
                    child
                }
                Segment::Rest(_) => {
                    self.nodes[at as usize].takes_rest = true;
                    self.settle(&trail);
                    return Place { node: at, rest: true };
                }
            };
            at = if child == NONE {
                self.nodes.push(Node::new());
                next
            } else {
                child
            };
            trail.push(at);
        }
        self.nodes[at as usize].ends = true;
        self.settle(&trail);
        Place { node: at, rest: false }
    }

    /// Settles the nodes along a pattern after it was added: other nodes have not changed.
    fn settle(&mut self, trail: &[Id]) {
        for &id in trail.iter().rev() {
            self.nodes[id as usize].settle();
            self.nodes[id as usize].run = self.run(id);
        }
    }

    /// The text that must follow a node, up to where a path could end or choose.
    fn run(&self, from: Id) -> Run {
        let (mut text, mut at) = (String::new(), from);
        loop {
            let node = &self.nodes[at as usize];
            let sole = node.texts.sole().filter(|_| node.wild == Wild::None);
            match sole {
                Some((next, child)) if at == from || !node.ends => {
                    if at != from {
                        text.push('/');
                    }
                    text.push_str(next);
                    at = child;
                }
                _ if at == from => return Run::default(),
                _ => return Run::new(&text, at),
            }
        }
    }

    fn place(&self, place: Place) -> &Id {
        let node = &self.nodes[place.node as usize];
        if place.rest { &node.rest } else { &node.leaf }
    }

    fn place_mut(&mut self, place: Place) -> &mut Id {
        let node = &mut self.nodes[place.node as usize];
        if place.rest { &mut node.rest } else { &mut node.leaf }
    }
}

/// The one path that a pattern matches, if it has no parameters and no globs.
fn literal(pattern: &Pattern) -> Option<String> {
    let mut path = String::new();
    for segment in pattern.segments() {
        let Segment::Static(text) = segment else { return None };
        path.push('/');
        path.push_str(text);
    }
    Some(path)
}

/// Where a leaf's number stands in the tree.
#[derive(Clone, Copy)]
struct Place {
    node: Id,
    rest: bool,
}

#[cfg(test)]
mod tests;
