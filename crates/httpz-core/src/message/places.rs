//! Counts the answers of a worker that last, and bounds how many there are.

use std::cell::Cell;
use std::rc::Rc;

/// The places of a worker for answers that last.
#[derive(Debug)]
pub(super) struct Places {
    taken: Cell<usize>,
    most: usize,
}

/// A place that an answer has taken, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place(Rc<Places>);

impl Places {
    pub(super) fn new(most: usize) -> Rc<Self> {
        Rc::new(Self { taken: Cell::new(0), most })
    }

    /// How many are taken.
    pub(super) fn taken(&self) -> usize {
        self.taken.get()
    }

    /// Takes one, if one is left.
    pub(super) fn take(self: &Rc<Self>) -> Option<Place> {
        let taken = self.taken.get();
        (taken < self.most).then(|| {
            self.taken.set(taken + 1);
            Place(self.clone())
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let taken = &self.0.taken;
        taken.set(taken.get() - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_its_answer_has_ended() {
        let places = Places::new(2);
        let first = places.take();
        let second = places.take();
        assert!(first.is_some() && second.is_some() && places.take().is_none());
        drop(first);
        assert_eq!(places.taken(), 1);
        assert!(places.take().is_some());
    }
}
