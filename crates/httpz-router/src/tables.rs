//! The texts that lead on from nodes with several of them: hash tables, all in one vector.
//!
//! A table has open addressing and is at most half full. Its part of the vector has a few more places at the
//! end, the last of them always empty, so that a search never has to wrap around.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::node::{NONE, Table, Text};
use crate::word::{self, hash};

/// All tables.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    places: Vec<Text>,
    /// Parts that were given up for larger ones, by their shift.
    free: BTreeMap<u8, Vec<u32>>,
}

/// No key has two slashes.
const EMPTY: Text = Text { key: word::SLASHES, to: NONE, len: 0 };

/// The number of places that a hash can choose.
fn n_places(shift: u8) -> usize {
    1 << (64 - shift)
}

/// The number of places of a table's part of the vector, with those at the end.
fn n_places_in_all(shift: u8) -> usize {
    n_places(shift) + n_places(shift).min(16) / 2 + 1
}

impl Tables {
    /// The text with this key.
    #[inline(always)]
    pub(crate) fn find(&self, table: Table, key: u64) -> Option<&Text> {
        let at = table.at as usize + (hash(key) >> table.shift) as usize;
        let text = self.places.get(at)?;
        if text.key == key {
            return Some(text);
        }
        if text.to == NONE {
            return None;
        }
        self.find_after(at, key)
    }

    /// The text with this key, which is somewhere after this place.
    #[cold]
    #[inline(never)]
    fn find_after(&self, at: usize, key: u64) -> Option<&Text> {
        let after = self.places[at + 1..].iter();
        after.take_while(|text| text.to != NONE).find(|text| text.key == key)
    }

    /// All texts of a table.
    pub(crate) fn of(&self, table: Table) -> impl Iterator<Item = Text> {
        let part = &self.places[table.at as usize..][..n_places_in_all(table.shift)];
        part.iter().copied().filter(|text| text.to != NONE)
    }

    /// Makes a table of texts that all differ.
    pub(crate) fn make(&mut self, texts: &[Text]) -> Table {
        let mut shift = 64 - (2 * texts.len()).next_power_of_two().trailing_zeros() as u8;
        loop {
            let table = self.part(shift);
            if texts.iter().all(|text| self.put(table, *text)) {
                return table;
            }
            self.leave(table);
            shift -= 1;
        }
    }

    /// Adds a text to a table that has `n_texts`; `false` when it is full.
    pub(crate) fn add(&mut self, table: Table, n_texts: usize, text: Text) -> bool {
        2 * (n_texts + 1) <= n_places(table.shift) && self.put(table, text)
    }

    /// Gives a table's part up for others.
    pub(crate) fn leave(&mut self, table: Table) {
        self.free.entry(table.shift).or_default().push(table.at);
    }

    fn put(&mut self, table: Table, text: Text) -> bool {
        let from = (hash(text.key) >> table.shift) as usize;
        // The last place stays empty.
        let part = &mut self.places[table.at as usize..][..n_places_in_all(table.shift) - 1];
        let empty = part[from..].iter_mut().find(|place| place.to == NONE);
        empty.map(|place| *place = text).is_some()
    }

    /// An empty part for a table of this size.
    fn part(&mut self, shift: u8) -> Table {
        let n = n_places_in_all(shift);
        if let Some(at) = self.free.get_mut(&shift).and_then(Vec::pop) {
            self.places[at as usize..][..n].fill(EMPTY);
            return Table { at, shift };
        }
        let at = self.places.len() as u32;
        self.places.resize(self.places.len() + n, EMPTY);
        Table { at, shift }
    }
}
