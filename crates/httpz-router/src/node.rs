//! A place in the tree: which ways lead on from here, and which lead back.
//!
//! A node is kept in two halves. What every lookup reads on its way down is a [`Node`] of 32 bytes;
//! what it reads only when it has to come back, and what changes of the tree need, is a [`Back`].

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::word;

/// The number of a node, or of a leaf.
pub(crate) type Id = u32;

/// No node, no leaf.
pub(crate) const NONE: Id = Id::MAX;

/// The node that stands for the slash a path begins with.
pub(crate) const ROOT: Id = 0;

/// What a lookup reads on its way down.
///
/// The fields of a [`Run`] and a [`Table`] lie flat in it: nested they would need half as much again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    run_word: u64,
    run_to: Id,
    /// Without a table: the node that the only text itself leads to.
    table_at: u32,
    /// Where a parameter leads, unless there are other ways with captures.
    pub(crate) param: Id,
    /// The leaf of the pattern that ends here.
    pub(crate) leaf: Id,
    pub(crate) id: Id,
    run_len: u8,
    run_shift: u8,
    /// Zero where there is no table.
    table_shift: u8,
    /// How many values a lookup has captured on its way to here.
    pub(crate) n_captured: u8,
}

/// The only text that leads on from a node, and perhaps more text after it.
///
/// Where nothing branches off and no pattern ends for a while, the text of several segments is one run, as
/// far as it fits into a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// Its bytes, as the first of a word; the others are zero.
    pub(crate) bytes: u64,
    pub(crate) len: u8,
    pub(crate) to: Id,
}

/// Where the texts of a node that has several are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table {
    /// The first place of its part of all tables.
    pub(crate) at: u32,
    /// How far a hash is shifted to the right to give a place: its top bits choose it.
    pub(crate) shift: u8,
}

/// A key, and where it leads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text {
    pub(crate) key: u64,
    pub(crate) to: Id,
    /// How many bytes of a path it takes.
    pub(crate) len: u8,
}

impl Text {
    pub(crate) fn new(key: u64, to: Id) -> Self {
        Self { key, to, len: word::key_len(key) }
    }
}

/// What texts lead on from a node.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Texts {
    None,
    One(Text),
    Several(Table),
}

impl Node {
    pub(crate) fn new(id: Id, n_captured: u8) -> Self {
        let mut node = Self {
            run_word: 0,
            run_to: NONE,
            table_at: NONE,
            param: NONE,
            leaf: NONE,
            id,
            run_len: 0,
            run_shift: 0,
            table_shift: 0,
            n_captured,
        };
        node.set_texts(Texts::None);
        node
    }

    /// Where the run leads, and how many bytes it has, if this word begins with it.
    #[inline(always)]
    pub(crate) fn run(&self, word: u64) -> Option<(Id, u8)> {
        (word << self.run_shift == self.run_word).then_some((self.run_to, self.run_len))
    }

    #[inline(always)]
    pub(crate) fn table(&self) -> Option<Table> {
        (self.table_shift != 0).then_some(Table { at: self.table_at, shift: self.table_shift })
    }

    pub(crate) fn texts(&self) -> Texts {
        match (self.table(), self.run_len) {
            (Some(table), _) => Texts::Several(table),
            (None, 0) => Texts::None,
            (None, _) => {
                let bytes = self.run_word >> self.run_shift;
                Texts::One(Text::new(word::key(bytes, word::marks(bytes)), self.table_at))
            }
        }
    }

    pub(crate) fn set_texts(&mut self, texts: Texts) {
        // A word shifted by 8 has no lowest bit, so nothing matches this.
        (self.run_word, self.run_shift, self.run_len, self.run_to) = (1, 8, 0, NONE);
        (self.table_at, self.table_shift) = match texts {
            Texts::None => (NONE, 0),
            Texts::One(text) => (text.to, 0),
            Texts::Several(table) => (table.at, table.shift),
        };
        if let Texts::One(text) = texts {
            self.set_run(Run { bytes: text.key, len: text.len, to: text.to });
        }
    }

    /// Sets the run that begins with the only text.
    pub(crate) fn set_run(&mut self, Run { bytes, len, to }: Run) {
        self.run_shift = 64 - 8 * len;
        self.run_word = bytes << self.run_shift;
        (self.run_len, self.run_to) = (len, to);
    }
}

/// What is needed to come back from a node, and to change the tree.
#[derive(Clone, Debug)]
pub(crate) struct Back {
    pub(crate) parent: Id,
    /// How its parent leads here.
    pub(crate) way: Way,
    /// How many bytes that took, if it was by text.
    pub(crate) len: u8,
    /// How many texts lead on from here.
    pub(crate) n_texts: u32,
    /// The marks of the last segments of all patterns that lead through here; all marks where one
    /// ends in something else than text.
    pub(crate) ends: u64,
    /// Where a parameter leads.
    pub(crate) param: Id,
    /// The ways on that most nodes do not have.
    pub(crate) more: Option<Box<More>>,
}

/// The kinds of ways, in the order in which they are tried. The glob that takes the rest is tried last; it
/// leads to no node and so is none of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    Text,
    Affixed,
    Param,
    Glob,
}

/// Ways on that most nodes do not have.
#[derive(Clone, Debug)]
pub(crate) struct More {
    /// Parameters with text around them, the longer text first.
    pub(crate) affixed: Vec<Affixed>,
    pub(crate) glob: Id,
    /// The leaf of the pattern that takes the rest of the path.
    pub(crate) rest: Id,
}

impl Default for More {
    fn default() -> Self {
        Self { affixed: Vec::new(), glob: NONE, rest: NONE }
    }
}

impl More {
    pub(crate) fn is_empty(&self) -> bool {
        self.affixed.is_empty() && self.glob == NONE && self.rest == NONE
    }

    /// Adds a parameter with text around it, in its order.
    pub(crate) fn add(&mut self, new: Affixed) {
        let at = self.affixed.partition_point(|other| other.rank() >= new.rank());
        self.affixed.insert(at, new);
    }
}

/// A parameter with text around it.
#[derive(Clone, Debug)]
pub(crate) struct Affixed {
    pub(crate) prefix: Box<str>,
    pub(crate) suffix: Box<str>,
    pub(crate) to: Id,
}

impl Affixed {
    /// Where the value begins and ends in a segment of this text, if it matches.
    #[inline]
    pub(crate) fn value(&self, text: &[u8], fold: bool) -> Option<(usize, usize)> {
        let len = text.len().checked_sub(self.prefix.len() + self.suffix.len())?;
        let (start, rest) = text.split_at(self.prefix.len());
        let same = |one: &[u8], two: &str| match fold {
            true => one.eq_ignore_ascii_case(two.as_bytes()),
            false => one == two.as_bytes(),
        };
        let fits = len > 0 && same(start, &self.prefix) && same(&rest[len..], &self.suffix);
        fits.then_some((self.prefix.len(), self.prefix.len() + len))
    }

    /// Longer text goes first, then the longer prefix; two that are equal in both exclude each other.
    fn rank(&self) -> (usize, usize) {
        (self.prefix.len() + self.suffix.len(), self.prefix.len())
    }
}

impl Back {
    pub(crate) fn new(parent: Id, way: Way, len: u8) -> Self {
        Self { parent, way, len, n_texts: 0, ends: 0, param: NONE, more: None }
    }

    /// Does nothing lead on from the node but text?
    pub(crate) fn has_only_texts(&self) -> bool {
        self.param == NONE && self.more.is_none()
    }

    /// How many bytes of a segment stand before the value that was captured on this way to a child.
    #[inline]
    pub(crate) fn prefix_len(&self, way: Way, child: Id) -> usize {
        match (way, &self.more) {
            (Way::Affixed, Some(more)) => {
                let taken = more.affixed.iter().find(|affixed| affixed.to == child);
                taken.map_or(0, |affixed| affixed.prefix.len())
            }
            _ => 0,
        }
    }

    /// Where a parameter with this text around it leads.
    pub(crate) fn affixed(&self, prefix: &str, suffix: &str) -> Option<Id> {
        let same = |other: &&Affixed| *other.prefix == *prefix && *other.suffix == *suffix;
        self.more.as_ref()?.affixed.iter().find(same).map(|same| same.to)
    }
}
