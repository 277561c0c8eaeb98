//! What a lookup found: the value, the pattern, and what it captured.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::trie::Leaf;

/// How many captured places are kept inline; when there are more, all are on the heap.
const INLINE: usize = 8;

/// Captured places of a path: where each begins, and how many bytes it has.
///
/// A way through the tree captures the same number of values whatever the path, so they are not counted
/// here: a node knows which place is its own, and a leaf how many there are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    inline: [(u32, u32); INLINE],
    /// All of them, when they are too many to be inline.
    #[expect(clippy::box_collection, reason = "every match is copied, and hardly one needs this")]
    more: Option<Box<Vec<(u32, u32)>>>,
}

impl Places {
    /// Sets a place; those before it must be set.
    #[inline(always)]
    pub(crate) fn set(&mut self, i: usize, at: usize, len: usize) {
        let place = (at as u32, len as u32);
        match self.inline.get_mut(i) {
            Some(free) => *free = place,
            None => self.spill(i, place),
        }
    }

    #[cold]
    #[inline(never)]
    fn spill(&mut self, i: usize, place: (u32, u32)) {
        let more = self.more.get_or_insert_default();
        if i == INLINE {
            more.clear();
            more.extend(self.inline);
        }
        more.truncate(i);
        more.push(place);
    }

    /// The first `n` places.
    #[inline(always)]
    fn first(&self, n: usize) -> &[(u32, u32)] {
        match self.inline.get(..n) {
            Some(all) => all,
            None => self.more.as_ref().and_then(|more| more.get(..n)).unwrap_or_default(),
        }
    }

    #[inline(always)]
    fn get(&self, i: usize) -> Option<(usize, usize)> {
        let (at, len) = match self.inline.get(i) {
            Some(place) => *place,
            None => *self.more.as_ref()?.get(i)?,
        };
        Some((at as usize, len as usize))
    }

    /// Where a place that is set begins.
    #[inline(always)]
    pub(crate) fn start(&self, i: usize) -> usize {
        self.get(i).map_or(0, |(at, _)| at)
    }
}

/// What a path was found to match.
///
/// ```
/// # use httpz_router::Trie;
/// # let mut trie = Trie::new();
/// trie.insert("/:user/files/*path", 1)?;
/// let found = trie.find("/ann/files/a/b").expect("it matches");
/// assert_eq!(found.pattern(), "/:user/files/*path");
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
    pub fn pattern(&self) -> &'t str {
        &self.leaf.pattern
    }

    /// Names and raw values, in the order of the pattern.
    #[inline]
    pub fn params(&self) -> impl Iterator<Item = (&'t str, &'p str)> {
        let path = self.path;
        self.named().filter_map(move |(name, (at, len))| Some((name, path.get(at..at + len)?)))
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
        self.named().map(|(_, place)| place)
    }

    /// Like [`Match::value_spans`], but without borrowing the path, which may be changed meanwhile.
    #[inline]
    pub fn into_value_spans(self) -> impl Iterator<Item = (usize, usize)> + use<'t, T> {
        let Self { leaf, places, .. } = self;
        let names = leaf.names.iter().enumerate().filter(|(_, name)| !name.is_empty());
        names.filter_map(move |(i, _)| places.get(i))
    }

    /// The places that have a name.
    #[inline(always)]
    fn named(&self) -> impl Iterator<Item = (&'t str, (usize, usize))> {
        let names = self.leaf.names.iter().map(|name| &**name);
        let places = self.places.first(names.len()).iter();
        let places = places.map(|(at, len)| (*at as usize, *len as usize));
        names.zip(places).filter(|(name, _)| !name.is_empty())
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
    pub fn pattern(&self) -> &str {
        &self.leaf.pattern
    }

    /// The raw value that this name captured.
    pub fn param(&self, name: &str) -> Option<&'p str> {
        let index = self.leaf.names.iter().position(|other| **other == *name)?;
        let (at, len) = self.places.get(index)?;
        self.path.get(at..at + len)
    }
}
