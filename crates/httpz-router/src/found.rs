//! What a lookup found: the value, the pattern, and what it captured.

use smallvec::SmallVec;

use crate::pattern::Pattern;
use crate::trie::Leaf;

/// Captured places: offset and length. Eight lie inline, more are put on the heap.
pub(crate) type Places = SmallVec<[(u32, u32); 8]>;

/// What a path was found to match.
///
/// ```
/// # use httpz_router::Trie;
/// # let mut trie = Trie::new();
/// trie.insert("/:user/files/*path", 1)?;
/// let found = trie.find("/ann/files/a/b").expect("it matches");
/// assert_eq!(found.pattern().to_string(), "/:user/files/*path");
/// assert_eq!(found.params().collect::<Vec<_>>(), [("user", "ann"), ("path", "a/b")]);
/// assert_eq!(found.value_spans().collect::<Vec<_>>(), [(1, 3), (11, 3)]);
/// # Ok::<(), httpz_router::InsertError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Match<'t, 'p, T> {
    pub(crate) leaf: &'t Leaf<T>,
    pub(crate) path: &'p str,
    pub(crate) places: Places,
}

impl<'t, 'p, T> Match<'t, 'p, T> {
    /// The value of the pattern.
    #[inline]
    pub fn value(&self) -> &'t T {
        &self.leaf.value
    }

    /// The pattern, as it was written.
    pub fn pattern(&self) -> &'t Pattern {
        &self.leaf.pattern
    }

    /// Names and raw values, in the order of the pattern.
    #[inline]
    pub fn params(&self) -> impl Iterator<Item = (&'t str, &'p str)> {
        let path = self.path;
        self.leaf.names.iter().zip(&self.places).filter_map(move |(name, place)| {
            let (at, len) = (place.0 as usize, place.1 as usize);
            Some((&**name.as_ref()?, path.get(at..at + len)?))
        })
    }

    /// The raw value that this name captured.
    #[inline]
    pub fn param(&self, name: &str) -> Option<&'p str> {
        self.params().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// The captured raw values, in order, for callers with names of their own.
    #[inline]
    pub fn values(&self) -> impl Iterator<Item = &'p str> {
        self.params().map(|(_, value)| value)
    }

    /// Where the captured values stand in the path: offset and length in bytes, in order.
    #[inline]
    pub fn value_spans(&self) -> impl Iterator<Item = (usize, usize)> {
        let named = self.leaf.names.iter().zip(&self.places).filter(|(name, _)| name.is_some());
        named.map(|(_, place)| (place.0 as usize, place.1 as usize))
    }
}

/// What a path was found to match, with the value to be changed.
#[derive(Debug)]
pub struct MatchMut<'t, 'p, T> {
    pub(crate) leaf: &'t mut Leaf<T>,
    pub(crate) path: &'p str,
    pub(crate) places: Places,
}

impl<'p, T> MatchMut<'_, 'p, T> {
    /// The value of the pattern.
    pub fn value(&mut self) -> &mut T {
        &mut self.leaf.value
    }

    /// The pattern, as it was written.
    pub fn pattern(&self) -> &Pattern {
        &self.leaf.pattern
    }

    /// The raw value that this name captured.
    pub fn param(&self, name: &str) -> Option<&'p str> {
        let index = self.leaf.names.iter().position(|other| other.as_deref() == Some(name))?;
        let (at, len) = *self.places.get(index)?;
        self.path.get(at as usize..(at + len) as usize)
    }
}
