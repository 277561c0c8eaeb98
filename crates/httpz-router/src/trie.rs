//! Patterns as a tree of segments; lookup with back-tracking.

use smallvec::SmallVec;

use crate::{InsertError, Pattern, Segment};

/// A set of patterns with a value each.
#[derive(Clone, Debug)]
pub struct Trie<T> {
    root: Node,
    leaves: Vec<(Pattern, T)>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    statics: Vec<(String, Node)>,
    /// Longest literal part first.
    params: Vec<(String, String, Node)>,
    glob: Option<Box<Node>>,
    rest: Option<usize>,
    leaf: Option<usize>,
}

type Values = SmallVec<[(usize, usize); 8]>;

/// What a path was found to match.
#[derive(Clone, Debug)]
pub struct Match<'t, 'p, T> {
    pattern: &'t Pattern,
    value: &'t T,
    path: &'p str,
    values: Values,
}

impl<T> Default for Trie<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Trie<T> {
    /// A set without patterns.
    pub fn new() -> Self {
        Self { root: Node::default(), leaves: Vec::new() }
    }

    /// Adds a pattern.
    ///
    /// # Errors
    ///
    /// When it is malformed, or matches the same paths as one that is there.
    pub fn insert(&mut self, pattern: &str, value: T) -> Result<(), InsertError> {
        let pattern = Pattern::parse(pattern)?;
        let next = self.leaves.len();
        let mut node = &mut self.root;
        let mut is_rest = false;
        for segment in pattern.segments() {
            match segment {
                Segment::Static(text) => node = node.fixed(text),
                Segment::Param { prefix, suffix, .. } => node = node.param(prefix, suffix),
                Segment::Glob(_) => node = node.glob.get_or_insert_default(),
                Segment::Rest(_) => is_rest = true,
            }
        }
        let slot = if is_rest { &mut node.rest } else { &mut node.leaf };
        if let Some(old) = *slot {
            let (new, old) = (pattern.to_string(), self.leaves[old].0.to_string());
            return Err(InsertError::Conflict { new, old });
        }
        *slot = Some(next);
        self.leaves.push((pattern, value));
        Ok(())
    }

    /// The most specific pattern that matches a path.
    pub fn find<'t, 'p>(&'t self, path: &'p str) -> Option<Match<'t, 'p, T>> {
        let mut values = Values::new();
        let at = path.strip_prefix('/').map(|_| 1)?;
        let leaf = self.root.find(path, at, &mut values)?;
        let (pattern, value) = &self.leaves[leaf];
        Some(Match { pattern, value, path, values })
    }

    /// The value of the pattern that matches the same paths as this one.
    pub fn get(&self, pattern: &str) -> Option<&T> {
        let shape = Pattern::parse(pattern).ok()?.shape();
        self.leaves.iter().find(|(other, _)| other.shape() == shape).map(|(_, value)| value)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, pattern: &str) -> Option<&mut T> {
        let shape = Pattern::parse(pattern).ok()?.shape();
        self.leaves.iter_mut().find(|(other, _)| other.shape() == shape).map(|(_, value)| value)
    }

    /// Patterns and values, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (&Pattern, &T)> {
        self.leaves.iter().map(|(pattern, value)| (pattern, value))
    }
}

impl Node {
    fn fixed(&mut self, text: &str) -> &mut Node {
        let at = match self.statics.iter().position(|(other, _)| other == text) {
            Some(at) => at,
            None => {
                self.statics.push((text.to_owned(), Node::default()));
                self.statics.len() - 1
            }
        };
        &mut self.statics[at].1
    }

    fn param(&mut self, prefix: &str, suffix: &str) -> &mut Node {
        let same = |(p, s, _): &(String, String, Node)| p == prefix && s == suffix;
        let at = match self.params.iter().position(same) {
            Some(at) => at,
            None => {
                let longer = |(p, s, _): &(String, String, Node)| {
                    (p.len() + s.len(), p.len()) < (prefix.len() + suffix.len(), prefix.len())
                };
                let at = self.params.iter().position(longer).unwrap_or(self.params.len());
                self.params.insert(at, (prefix.to_owned(), suffix.to_owned(), Node::default()));
                at
            }
        };
        &mut self.params[at].2
    }

    fn find(&self, path: &str, at: usize, values: &mut Values) -> Option<usize> {
        if at > path.len() {
            return self.leaf;
        }
        let end = path[at..].find('/').map_or(path.len(), |slash| at + slash);
        let text = &path[at..end];
        if let Some((_, node)) = self.statics.iter().find(|(other, _)| other == text)
            && let Some(leaf) = node.find(path, end + 1, values)
        {
            return Some(leaf);
        }
        let depth = values.len();
        for (prefix, suffix, node) in &self.params {
            if text.len() > prefix.len() + suffix.len()
                && text.starts_with(prefix.as_str())
                && text.ends_with(suffix.as_str())
            {
                values.push((at + prefix.len(), text.len() - prefix.len() - suffix.len()));
                if let Some(leaf) = node.find(path, end + 1, values) {
                    return Some(leaf);
                }
                values.truncate(depth);
            }
        }
        if let Some(node) = &self.glob
            && !text.is_empty()
        {
            values.push((at, text.len()));
            if let Some(leaf) = node.find(path, end + 1, values) {
                return Some(leaf);
            }
            values.truncate(depth);
        }
        if at < path.len() && self.rest.is_some() {
            values.push((at, path.len() - at));
        }
        if at < path.len() { self.rest } else { None }
    }
}

impl<'t, 'p, T> Match<'t, 'p, T> {
    /// The value of the pattern.
    pub fn value(&self) -> &'t T {
        self.value
    }

    /// The pattern as it was written.
    pub fn pattern(&self) -> &'t Pattern {
        self.pattern
    }

    /// Names and raw values, in the order of the pattern.
    pub fn params(&self) -> impl Iterator<Item = (&'t str, &'p str)> {
        self.pattern.names().map(|(name, _)| name).zip(self.values())
    }

    /// The raw value of this name.
    pub fn param(&self, name: &str) -> Option<&'p str> {
        self.params().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// The captured values, in order.
    pub fn values(&self) -> impl Iterator<Item = &'p str> {
        let path = self.path;
        self.value_spans().map(move |(at, len)| &path[at..at + len])
    }

    /// Where they stand in the path: offset and length.
    pub fn value_spans(&self) -> impl Iterator<Item = (usize, usize)> {
        let captures = self.pattern.segments().iter().filter(|s| !matches!(s, Segment::Static(_)));
        captures.zip(self.values.iter()).filter(|(s, _)| s.name().is_some()).map(|(_, span)| *span)
    }
}
