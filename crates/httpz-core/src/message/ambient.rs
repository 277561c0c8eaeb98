//! What an answer must know that its request does not say: the time, and whether we are leaving.
//!
//! One of these stands per worker. The worker's clock writes it, every answer reads it; both happen
//! on one thread, so plain cells do.

use std::cell::Cell;

use crate::proto::DateLine;

/// The surroundings of every exchange of a worker.
#[derive(Debug)]
pub struct Ambient {
    date: Cell<DateLine>,
    draining: Cell<bool>,
}

impl Ambient {
    /// Surroundings in which it is `unix_seconds` after 1970.
    pub fn new(unix_seconds: u64) -> Self {
        Self { date: Cell::new(DateLine::at(unix_seconds)), draining: Cell::new(false) }
    }

    /// The current date, at most a second old.
    #[inline]
    pub fn date(&self) -> DateLine {
        self.date.get()
    }

    /// Moves the time on.
    pub fn set_time(&self, unix_seconds: u64) {
        self.date.set(DateLine::at(unix_seconds));
    }

    /// Is every answer to be the last of its connection?
    #[inline]
    pub fn draining(&self) -> bool {
        self.draining.get()
    }

    /// From now on every answer is the last of its connection.
    pub fn drain(&self) {
        self.draining.set(true);
    }
}
