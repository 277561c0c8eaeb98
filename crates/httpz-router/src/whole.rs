//! Patterns of text alone, found by the whole path.
//!
//! Text goes before everything else in every segment, so for a path that is such a pattern there is no better
//! one, and the tree need not be walked: one look into a hash table is enough. The key is a path's length and
//! its first and last eight bytes, which for up to sixteen bytes is the path itself.

use alloc::vec;
use alloc::vec::Vec;

use crate::node::{Id, NONE};
use crate::word;

/// The paths that are patterns.
#[derive(Clone, Debug)]
pub(crate) struct Whole {
    /// A hash table with open addressing, at most half full.
    places: Vec<Place>,
    /// How far a hash is shifted to the right to give a place: its top bits choose it.
    shift: u8,
    n_paths: usize,
    /// How many places are taken, those of removed paths included.
    n_taken: usize,
    /// The paths, one after the other.
    text: Vec<u8>,
}

/// A path in the table; of no length where there is none.
#[derive(Clone, Copy, Debug)]
struct Place {
    ends: Ends,
    len: u32,
    /// [`NONE`] when the pattern was removed.
    leaf: Id,
    /// Where the path begins in all the text.
    text_at: u32,
}

/// The first and the last eight bytes of a path; the last of a shorter one are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ends {
    first: u64,
    last: u64,
}

const EMPTY: Place = Place { ends: Ends { first: 0, last: 0 }, len: 0, leaf: NONE, text_at: 0 };

impl Ends {
    #[inline(always)]
    fn of(path: &[u8]) -> Self {
        match (path.first_chunk(), path.last_chunk()) {
            (Some(first), Some(last)) => {
                Self { first: u64::from_le_bytes(*first), last: u64::from_le_bytes(*last) }
            }
            _ => Self { first: word::word(path, path), last: 0 },
        }
    }

    #[inline(always)]
    fn hash(self, len: usize) -> u64 {
        word::hash(self.first ^ self.last.rotate_left(29) ^ len as u64)
    }
}

impl Default for Whole {
    fn default() -> Self {
        Self { places: vec![EMPTY; 2], shift: 63, n_paths: 0, n_taken: 0, text: Vec::new() }
    }
}

impl Whole {
    /// The leaf of the pattern that this path is.
    #[inline(always)]
    pub(crate) fn find(&self, path: &[u8]) -> Id {
        let ends = Ends::of(path);
        let Some(place) = self.places.get((ends.hash(path.len()) >> self.shift) as usize) else {
            return NONE;
        };
        if place.len as usize == path.len() && place.ends == ends && path.len() <= 16 {
            return place.leaf;
        }
        if place.len == 0 { NONE } else { self.find_longer(path) }
    }

    /// Like [`Whole::find`], where the first look did not decide.
    #[inline(never)]
    fn find_longer(&self, path: &[u8]) -> Id {
        match self.seek(path, Ends::of(path)) {
            Ok(at) => self.places[at].leaf,
            Err(_) => NONE,
        }
    }

    /// How many paths there are.
    pub(crate) fn len(&self) -> usize {
        self.n_paths
    }

    /// Adds a path that is not there.
    pub(crate) fn add(&mut self, path: &[u8], leaf: Id) {
        if 2 * (self.n_taken + 1) > self.places.len() {
            self.grow();
        }
        let ends = Ends::of(path);
        let (at, text_at) = match self.seek(path, ends) {
            // It was removed.
            Ok(at) => (at, self.places[at].text_at),
            Err(at) => {
                let text_at = self.text.len() as u32;
                self.text.extend_from_slice(path);
                self.n_taken += 1;
                (at, text_at)
            }
        };
        self.places[at] = Place { ends, len: path.len() as u32, leaf, text_at };
        self.n_paths += 1;
    }

    /// Removes a path that is there.
    pub(crate) fn remove(&mut self, path: &[u8]) {
        if let Ok(at) = self.seek(path, Ends::of(path)) {
            self.places[at].leaf = NONE;
            self.n_paths -= 1;
        }
    }

    /// The place of a path, or where it has one when it is added.
    fn seek(&self, path: &[u8], ends: Ends) -> Result<usize, usize> {
        let mut at = (ends.hash(path.len()) >> self.shift) as usize;
        loop {
            let place = &self.places[at];
            if place.len as usize == path.len()
                && place.ends == ends
                && (path.len() <= 16 || self.is_text_of(place, path))
            {
                return Ok(at);
            }
            if place.len == 0 {
                return Err(at);
            }
            at = (at + 1) & (self.places.len() - 1);
        }
    }

    fn is_text_of(&self, place: &Place, path: &[u8]) -> bool {
        let at = place.text_at as usize;
        self.text.get(at..at + path.len()) == Some(path)
    }

    /// Makes twice as many places, and drops the removed paths.
    fn grow(&mut self) {
        let Self { places, text, .. } = core::mem::take(self);
        *self = Self { places: vec![EMPTY; 2 * places.len()], ..Self::default() };
        self.shift = 64 - self.places.len().trailing_zeros() as u8;
        for place in places.iter().filter(|place| place.leaf != NONE) {
            self.add(&text[place.text_at as usize..][..place.len as usize], place.leaf);
        }
    }
}
