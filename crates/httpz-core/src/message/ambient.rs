//! What an answer must know that its request does not say: the time, and whether we are shutting down.
//!
//! There is one of these per worker. The worker's clock writes it, every answer reads it; both happen on one
//! thread, so plain cells are enough.

use std::cell::{Cell, Ref, RefCell};
use std::rc::Rc;
use std::time::Duration;

use super::alarm::{Alarm, Alarms};
use super::proxies::Proxies;
use super::seats::Seats;
use crate::proto::encode::Opening;

/// How far the shutdown of the server has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// It has not begun.
    #[default]
    Serving,
    /// Everything is served as before, but the readiness endpoint says that requests should go elsewhere.
    NotReady,
    /// Every answer is the last of its connection.
    Leaving,
}

/// The surroundings of every exchange of a worker.
#[derive(Debug)]
pub struct Ambient {
    opening: RefCell<Opening>,
    phase: Cell<Phase>,
    proxies: Proxies,
    alarms: Alarms,
    seats: Rc<Seats>,
}

impl Ambient {
    /// Surroundings in which it is `unix_seconds` after 1970.
    pub fn new(unix_seconds: u64) -> Self {
        Self {
            opening: RefCell::new(Opening::at(unix_seconds)),
            phase: Cell::default(),
            proxies: Proxies::default(),
            alarms: Alarms::default(),
            seats: Seats::new(usize::MAX),
        }
    }

    /// The same surroundings, with these proxies in front of the server.
    pub fn behind(self, proxies: Proxies) -> Self {
        Self { proxies, ..self }
    }

    /// The same surroundings, with this many seats for event streams and tunnels; without a bound otherwise.
    pub fn with_seats(self, most: usize) -> Self {
        Self { seats: Seats::new(most), ..self }
    }

    /// Event streams and tunnels that have a seat; their exchanges are not those of requests in flight.
    pub fn lasting(&self) -> usize {
        self.seats.taken()
    }

    /// The seats for event streams and tunnels.
    pub(super) fn seats(&self) -> &Rc<Seats> {
        &self.seats
    }

    /// Whose word about a client is taken.
    pub(super) fn proxies(&self) -> &Proxies {
        &self.proxies
    }

    /// How answers begin now; the date in it is at most a second old.
    #[inline]
    pub(super) fn opening(&self) -> Ref<'_, Opening> {
        self.opening.borrow()
    }

    /// Moves the time on, and rings the alarms that are due.
    pub fn set_time(&self, unix_seconds: u64) {
        *self.opening.borrow_mut() = Opening::at(unix_seconds);
        self.alarms.ring();
    }

    /// An alarm for this long from now.
    pub(super) fn alarm(&self, after: Duration) -> Alarm {
        self.alarms.set(after)
    }

    /// How far the shutdown has come.
    pub fn phase(&self) -> Phase {
        self.phase.get()
    }

    /// Is every answer to be the last of its connection?
    #[inline]
    pub fn is_leaving(&self) -> bool {
        self.phase.get() == Phase::Leaving
    }

    /// Enters a phase; an earlier one is not entered again.
    pub fn enter(&self, phase: Phase) {
        self.phase.set(self.phase.get().max(phase));
    }
}
