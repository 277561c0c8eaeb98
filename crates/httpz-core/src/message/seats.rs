//! Counts the answers of a worker that last, and bounds how many there are.

use std::cell::Cell;
use std::rc::Rc;

/// The seats of a worker for answers that last.
#[derive(Debug)]
pub(super) struct Seats {
    taken: Cell<usize>,
    most: usize,
}

/// A seat that an answer has taken, until it is dropped.
#[derive(Debug)]
pub(crate) struct Seat(Rc<Seats>);

impl Seats {
    pub(super) fn new(most: usize) -> Rc<Self> {
        Rc::new(Self { taken: Cell::new(0), most })
    }

    /// How many are taken.
    pub(super) fn taken(&self) -> usize {
        self.taken.get()
    }

    /// Takes one, if one is left.
    pub(super) fn take(self: &Rc<Self>) -> Option<Seat> {
        let taken = self.taken.get();
        (taken < self.most).then(|| {
            self.taken.set(taken + 1);
            Seat(self.clone())
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let taken = &self.0.taken;
        taken.set(taken.get() - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_free_again_when_its_answer_has_ended() {
        let seats = Seats::new(2);
        let first = seats.take();
        let second = seats.take();
        assert!(first.is_some() && second.is_some() && seats.take().is_none());
        drop(first);
        assert_eq!(seats.taken(), 1);
        assert!(seats.take().is_some());
    }
}
