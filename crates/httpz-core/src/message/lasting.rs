//! Answers that last: event streams and tunnels.
//!
//! They may take hours, so they do not stay among the requests in flight: else as many listeners as there are
//! exchanges would keep everybody out who has something to ask. Each of them takes one of a number of seats of its
//! own, and the pool does not count its exchange while it has that. It also lets go of what it does not need, so that
//! an exchange that is held for long is a small one.
//!
//! Who has sent a long body holds memory for it and stays among the requests.

use super::Response;
use super::seats::Seat;
use crate::error::{Error, Result};

impl Response {
    /// Takes a seat for an answer that lasts; `None` for one that stays among the requests in flight.
    ///
    /// # Errors
    ///
    /// 503 when no seat is left.
    pub(crate) fn take_seat(&self) -> Result<Option<Seat>> {
        if self.link.has_large_body() {
            return Ok(None);
        }
        let full =
            || Error::status(503, "too many streams at once").with_header("Retry-After", "5");
        let seat = self.ambient.seats().take().ok_or_else(full)?;
        self.link.note_lasting();
        Ok(Some(seat))
    }

    /// Gives back what an answer that lasts has no use for. The buffers that are hardly used stay: they take no more
    /// than the pages that have been, and to free them would let others be made of pages that were.
    pub(super) fn slim(&self) {
        self.link.trim_body_memory(0);
        self.trim();
    }
}
