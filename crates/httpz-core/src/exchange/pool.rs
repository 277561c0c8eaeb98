//! Keeps exchanges ready, bounds how many there are, and queues connections that find none.
//!
//! There is one pool per worker, so nothing is locked. Of the exchanges beyond the minimum that nobody
//! needed since the last [`Pool::trim`], half are given up each time: a burst is forgotten within seconds,
//! and a steady load never allocates.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};
use std::task::Waker;

use super::Exchange;
use crate::memory::Sizes;
use crate::message::Ambient;
use crate::proto::Limits;

/// How many exchanges a pool keeps and allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolLimits {
    /// Made at once and kept.
    pub min: usize,
    /// In use at the same time, at most, besides those of event streams and tunnels.
    pub max: usize,
}

/// The exchanges of a worker.
#[derive(Debug)]
// Boxed: an exchange is half a kilobyte of cursors, and leasing one moves a pointer.
#[allow(clippy::vec_box, reason = "a lease moves the box, not the exchange")]
pub struct Pool {
    free: RefCell<Vec<Box<Exchange>>>,
    leased: Cell<usize>,
    /// The smallest number that was free since the last trim.
    spared: Cell<usize>,
    waiting: RefCell<VecDeque<Weak<Ticket>>>,
    bounds: PoolLimits,
    sizes: Sizes,
    limits: Rc<Limits>,
    ambient: Rc<Ambient>,
}

/// A place in the queue for an exchange; dropping it gives the place up.
#[derive(Debug)]
pub struct Ticket {
    waker: RefCell<Waker>,
}

impl Pool {
    /// A pool with `bounds.min` exchanges ready.
    pub fn new(
        bounds: PoolLimits,
        sizes: Sizes,
        limits: Rc<Limits>,
        ambient: Rc<Ambient>,
    ) -> Rc<Self> {
        let pool = Self {
            free: RefCell::new(Vec::with_capacity(bounds.min)),
            leased: Cell::new(0),
            spared: Cell::new(bounds.min),
            waiting: RefCell::default(),
            bounds,
            sizes,
            limits,
            ambient,
        };
        pool.free.borrow_mut().extend((0..bounds.min).map(|_| pool.make(pool.sizes)));
        Rc::new(pool)
    }

    fn make(&self, sizes: Sizes) -> Box<Exchange> {
        Box::new(Exchange::new(sizes, self.limits.clone(), self.ambient.clone()))
    }

    /// Leases an exchange; `None` when `max` are in use by requests in flight.
    #[inline]
    pub(super) fn lease(&self) -> Option<Box<Exchange>> {
        if self.leased.get() >= self.bounds.max && self.in_flight() >= self.bounds.max {
            return None;
        }
        let mut free = self.free.borrow_mut();
        let exchange = match free.pop() {
            Some(exchange) => {
                self.spared.set(self.spared.get().min(free.len()));
                exchange
            }
            None => self.make(self.sizes),
        };
        self.leased.set(self.leased.get() + 1);
        Some(exchange)
    }

    /// Exchanges in use that are not those of event streams and tunnels, which have seats of their own.
    #[cold]
    fn in_flight(&self) -> usize {
        self.leased.get().saturating_sub(self.ambient.lasting())
    }

    /// An exchange that does not count, just large enough to refuse a request with.
    pub fn emergency(&self) -> Box<Exchange> {
        self.make(Sizes { inbound: 1, body: 256, fields: 256, ..self.sizes })
    }

    /// Queues for an exchange: the waker is woken when one comes back, unless the ticket was dropped.
    pub fn queue(&self, waker: &Waker) -> Rc<Ticket> {
        let ticket = Rc::new(Ticket { waker: RefCell::new(waker.clone()) });
        self.waiting.borrow_mut().push_back(Rc::downgrade(&ticket));
        ticket
    }

    /// Takes back what was leased.
    #[inline]
    pub(super) fn take_back(&self, exchange: Box<Exchange>) {
        self.leased.set(self.leased.get() - 1);
        self.free.borrow_mut().push(exchange);
        if !self.waiting.borrow().is_empty() {
            self.wake_next();
        }
    }

    #[cold]
    fn wake_next(&self) {
        while let Some(ticket) = self.waiting.borrow_mut().pop_front() {
            if let Some(ticket) = ticket.upgrade() {
                ticket.waker.borrow().wake_by_ref();
                return;
            }
        }
    }

    /// Gives up half of the exchanges beyond the minimum that nobody needed since the last call, and of the
    /// others the memory of large bodies; wakes who queues for what has been left. The worker calls it at every tick.
    pub fn trim(&self) {
        let mut free = self.free.borrow_mut();
        let spare = self.spared.replace(free.len()).min(free.len());
        let all = free.len() + self.leased.get();
        let surplus = all.saturating_sub(self.bounds.min).min(spare);
        let keep = free.len() - surplus.div_ceil(2);
        free.truncate(keep);
        free.iter_mut().for_each(|exchange| exchange.request.shrink());
        if surplus > 0 && free.capacity() > 4 * keep.max(self.bounds.min) {
            free.shrink_to(2 * keep.max(self.bounds.min));
        }
        drop(free);
        self.fill_what_is_left();
    }

    /// Wakes as many of those who queue as event streams have left room for by beginning.
    fn fill_what_is_left(&self) {
        let queued = self.waiting.borrow().len();
        if queued > 0 {
            let left = self.bounds.max.saturating_sub(self.in_flight());
            (0..queued.min(left)).for_each(|_| self.wake_next());
        }
    }

    /// Exchanges in use.
    pub fn leased(&self) -> usize {
        self.leased.get()
    }

    /// Exchanges ready.
    pub fn free(&self) -> usize {
        self.free.borrow().len()
    }
}

impl Ticket {
    /// Wakes this task instead of the one that was given before.
    pub fn renew(&self, waker: &Waker) {
        self.waker.borrow_mut().clone_from(waker);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use super::super::Lease;
    use super::*;

    /// Counts how often it is woken.
    #[derive(Default)]
    struct Woken(Arc<AtomicUsize>);

    impl Woken {
        fn waker(&self) -> Waker {
            Arc::new(Self(self.0.clone())).into()
        }

        fn times(&self) -> usize {
            self.0.load(Ordering::Relaxed)
        }
    }

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn pool(min: usize, max: usize) -> Rc<Pool> {
        let sizes = Sizes { inbound: 64, ..Sizes::default() };
        Pool::new(PoolLimits { min, max }, sizes, Rc::default(), Rc::new(Ambient::new(0)))
    }

    fn lease(pool: &Rc<Pool>) -> Option<Lease> {
        let mut lease = Lease::of(pool.clone());
        lease.take().then_some(lease)
    }

    #[test]
    fn leases_up_to_its_maximum_and_takes_back() {
        let pool = pool(1, 2);
        let first = lease(&pool).unwrap();
        let _second = lease(&pool).unwrap();
        assert!(lease(&pool).is_none());
        drop(first);
        assert_eq!((pool.leased(), pool.free()), (1, 1));
        assert!(lease(&pool).is_some());
    }

    #[test]
    fn forgets_a_burst_and_keeps_its_minimum() {
        let pool = pool(2, 100);
        let burst: Vec<_> = (0..64).map(|_| lease(&pool).unwrap()).collect();
        drop(burst);
        for _ in 0..10 {
            pool.trim();
        }
        assert_eq!(pool.free(), 2);
    }

    #[test]
    fn streams_are_not_counted_and_who_queues_learns_of_it() {
        let sizes = Sizes { inbound: 64, ..Sizes::default() };
        let ambient = Rc::new(Ambient::new(0).with_seats(1));
        let pool = Pool::new(PoolLimits { min: 0, max: 1 }, sizes, Rc::default(), ambient.clone());
        let mut first = lease(&pool).unwrap();
        assert!(lease(&pool).is_none());
        let woken = Woken::default();
        let _ticket = pool.queue(&woken.waker());
        let stream = first.get_mut().unwrap().response.take_seat().unwrap();
        pool.trim();
        assert_eq!(woken.times(), 1);
        let second = lease(&pool).unwrap();
        assert!(lease(&pool).is_none(), "the stream leaves one place, not any number");
        drop(stream);
        drop(first);
        assert!(lease(&pool).is_none(), "one is free, but as many as may be are in use");
        drop(second);
        assert!(lease(&pool).is_some());
    }

    #[test]
    fn wakes_the_next_in_the_queue_and_skips_those_that_have_left() {
        let pool = pool(0, 1);
        let lease = lease(&pool).unwrap();
        let woken = Woken::default();
        let gone = pool.queue(Waker::noop());
        let _stays = pool.queue(&woken.waker());
        drop(gone);
        drop(lease);
        assert_eq!(woken.times(), 1);
    }
}
