//! The set of patterns: what goes in, what comes out, and what else can be done with it.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::error::InsertError;
use crate::node::Id;
use crate::pattern::Pattern;
use crate::tree::Tree;

/// A set of patterns, each with a value.
///
/// See the [crate's documentation](crate) for patterns, precedence and how it works.
#[derive(Clone, Debug)]
pub struct Trie<T> {
    pub(crate) tree: Tree,
    pub(crate) leaves: Vec<Option<Leaf<T>>>,
    /// The numbers of removed leaves, to be used again.
    free: Vec<Id>,
}

/// A pattern with its value.
#[derive(Clone, Debug)]
pub(crate) struct Leaf<T> {
    pub(crate) value: T,
    /// The names of the places that a lookup captures; empty where one has no name.
    pub(crate) names: Box<[Box<str>]>,
    /// As it was written.
    pub(crate) pattern: Box<str>,
}

impl<T> Default for Trie<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Trie<T> {
    /// A set without patterns.
    pub fn new() -> Self {
        Self { tree: Tree::new(), leaves: Vec::new(), free: Vec::new() }
    }

    /// Lets text match whatever the case of its ASCII letters. Call it before the first pattern is inserted.
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
        assert!(self.is_empty(), "the case of patterns is settled before the first is inserted");
        // Removed patterns leave numbers behind.
        let any_trailing_slash = self.tree.any_trailing_slash;
        self = Self::new();
        self.tree.any_trailing_slash = any_trailing_slash;
        self.tree.fold = true;
        self.tree.choose_first_lookup();
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
        self.tree.any_trailing_slash = true;
        self.tree.choose_first_lookup();
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
        self.check(&pattern)?;
        self.add(&pattern, value);
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
        let pattern = Pattern::parse(pattern).ok()?;
        let spot = self.tree.seek(&pattern)?;
        let id = self.tree.leaf(spot);
        let leaf = self.leaves.get_mut(id as usize)?.take()?;
        self.tree.remove(&pattern, spot);
        self.free.push(id);
        Some(leaf.value)
    }

    /// The value of a pattern; names do not matter.
    pub fn get(&self, pattern: &str) -> Option<&T> {
        Some(&self.leaf_of(&Pattern::parse(pattern).ok()?)?.value)
    }

    /// The value of a pattern, to be changed; names do not matter.
    pub fn get_mut(&mut self, pattern: &str) -> Option<&mut T> {
        let spot = self.tree.seek(&Pattern::parse(pattern).ok()?)?;
        Some(&mut self.leaf_mut(self.tree.leaf(spot))?.value)
    }

    /// Patterns and values, in the order of insertion unless some were removed in between.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.leaves.iter().flatten().map(|leaf| (&*leaf.pattern, &leaf.value))
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
    /// The first that cannot be added; none is added then.
    pub fn merge(&mut self, prefix: &str, other: Self) -> Result<(), InsertError> {
        let prefix = prefix.trim_end_matches('/');
        let mut all = Vec::new();
        // Two patterns of the other set may be one in this, where case does not matter.
        let mut among_them = Trie::new();
        among_them.tree.fold = self.tree.fold;
        for leaf in other.leaves.into_iter().flatten() {
            let pattern = Pattern::parse(&format!("{prefix}{}", leaf.pattern))?;
            self.check(&pattern)?;
            among_them.check(&pattern)?;
            among_them.add(&pattern, ());
            all.push((pattern, leaf.value));
        }
        all.into_iter().for_each(|(pattern, value)| self.add(&pattern, value));
        Ok(())
    }

    pub(crate) fn leaf(&self, id: Id) -> Option<&Leaf<T>> {
        self.leaves.get(id as usize)?.as_ref()
    }

    pub(crate) fn leaf_mut(&mut self, id: Id) -> Option<&mut Leaf<T>> {
        self.leaves.get_mut(id as usize)?.as_mut()
    }

    fn leaf_of(&self, pattern: &Pattern) -> Option<&Leaf<T>> {
        self.leaf(self.tree.leaf(self.tree.seek(pattern)?))
    }

    /// Refuses a pattern that matches the same paths as one that is there.
    fn check(&self, pattern: &Pattern) -> Result<(), InsertError> {
        match self.leaf_of(pattern) {
            None => Ok(()),
            Some(old) => {
                let (new, old) = (pattern.to_string(), String::from(&*old.pattern));
                Err(InsertError::Conflict { new, old })
            }
        }
    }

    /// Adds a pattern that is not there yet.
    fn add(&mut self, pattern: &Pattern, value: T) {
        let names = pattern.segments().iter().filter(|segment| segment.captures());
        let names = names.map(|segment| segment.name().unwrap_or_default().into()).collect();
        let leaf = Some(Leaf { value, names, pattern: pattern.to_string().into() });
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
        self.tree.add(pattern, id);
    }
}

#[cfg(test)]
mod tests;
