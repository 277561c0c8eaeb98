//! Deadlines that cost a request no timer.
//!
//! A worker has one coarse clock. Announcing a wait stores the tick by which it must be over: one load and
//! one store. Twice a second the clock [sweeps](Watches::sweep) all connections and wakes those whose tick
//! has passed; their pending read or write then fails with `TimedOut`. So a deadline is met up to one tick
//! late, never early.

use std::cell::{Cell, RefCell};
use std::io;
use std::num::NonZero;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::wire::{Paused, Wait};

/// How long a peer may keep us waiting. Zero means for any time. Deadlines are met up to half a second late.
///
/// ```
/// # use httpz_core::net::Timeouts;
/// use std::time::Duration;
/// let timeouts = Timeouts { keep_alive: Duration::from_secs(5), ..Timeouts::default() };
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// From the first byte of a head to its end; a later end is answered with 408. Default 10 s.
    pub head: Duration,
    /// Bytes per second that a head must come with, after its first 3 seconds; one that comes more
    /// slowly is answered with 408, before its time is over. Zero for any rate. Default 100.
    pub head_rate: u32,
    /// For every further 16 KiB of a body, or its end; if they come later, the answer is 408. Default 30 s.
    pub body: Duration,
    /// For a peer to make room for more of an answer, by taking some 128 KiB; then the connection is cut. Default 30 s.
    pub write: Duration,
    /// Between two requests; then the connection is closed silently. Default 60 s.
    pub keep_alive: Duration,
    /// Between two events of an event stream; then a ping is sent. Default 15 s.
    pub ping: Duration,
    /// For the peer to close its side after we have closed ours; again with every 64 KiB of the first 64 MiB that it
    /// still sends. Default 2 s.
    pub linger: Duration,
    /// For a handler that waits, after the peer has ended its side of the connection; then it is dropped. Most peers
    /// that do so have left; only a few still want the answer, and nobody can tell. Those that have reset the
    /// connection, or closed a unix socket, are known to be gone: their handlers are dropped within half a second, at the
    /// next tick. Default 10 s.
    pub half_closed: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            head_rate: 100,
            body: Duration::from_secs(30),
            write: Duration::from_secs(30),
            keep_alive: Duration::from_secs(60),
            ping: Duration::from_secs(15),
            linger: Duration::from_secs(2),
            half_closed: Duration::from_secs(10),
        }
    }
}

/// A head may take this long whatever its rate.
const GRACE: Duration = Duration::from_secs(3);

/// The length of a tick.
pub const TICK: Duration = Duration::from_millis(500);

/// How many ticks a second has.
pub(crate) const TICKS_PER_SECOND: usize = 1000 / TICK.as_millis() as usize;

const NEVER: u32 = u32::MAX;

/// The deadline of one connection.
#[derive(Debug)]
pub struct Watch {
    due: Cell<u32>,
    /// When the wait for the rest of a head began.
    began: Cell<u32>,
    wait: Cell<Wait>,
    late: Cell<bool>,
    waker: RefCell<Option<Waker>>,
    place: Cell<usize>,
    watches: Rc<Watches>,
}

/// Something with a deadline that a sweep looks at.
pub trait Watched {
    /// Its deadline.
    fn watch(&self) -> &Watch;

    /// What is known of the peer.
    fn presence(&self) -> Presence;
}

/// What is known of a peer that nothing is read from and nothing is sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Nothing new.
    Here,
    /// It has ended its side: it sends no more, and may or may not still read.
    Ended,
    /// It is gone: it has reset the connection, or closed its end of a unix socket.
    Gone,
}

/// The clock of a worker, and the deadlines that it watches.
#[derive(Default)]
pub struct Watches {
    now: Cell<u32>,
    /// How many ticks each [`Wait`] may take.
    ticks: [Cell<u32>; 8],
    /// How many ticks a handler has once its peer has ended its side.
    half_closed: u32,
    /// Bytes per second that a head must come with; none when any rate will do.
    head_rate: Option<NonZero<usize>>,
    places: RefCell<Vec<Option<Weak<dyn Watched>>>>,
    free: RefCell<Vec<usize>>,
}

impl Watches {
    /// A clock at zero with these deadlines; `exchange` bounds the wait for an exchange.
    pub fn new(timeouts: &Timeouts, exchange: Duration) -> Rc<Self> {
        let head_rate = NonZero::new(timeouts.head_rate as usize);
        let half_closed = ticks(timeouts.half_closed);
        let watches = Self { head_rate, half_closed, ..Self::default() };
        for (wait, duration) in [
            (Wait::Nothing, Duration::ZERO),
            (Wait::KeepAlive, timeouts.keep_alive),
            (Wait::Head, timeouts.head),
            (Wait::Body, timeouts.body),
            (Wait::Write, timeouts.write),
            (Wait::Linger, timeouts.linger),
            (Wait::Exchange, exchange),
            (Wait::Ping, timeouts.ping),
        ] {
            watches.ticks[wait as usize].set(ticks(duration));
        }
        Rc::new(watches)
    }

    /// A deadline that is not watched yet; see [`Watches::enter`].
    pub fn watch(self: &Rc<Self>) -> Watch {
        Watch {
            due: Cell::new(NEVER),
            began: Cell::new(0),
            wait: Cell::default(),
            late: Cell::new(false),
            waker: RefCell::default(),
            place: Cell::new(usize::MAX),
            watches: self.clone(),
        }
    }

    /// Watches a deadline from now on, until it is dropped.
    pub fn enter(&self, watched: &Rc<impl Watched + 'static>) {
        let weak = Rc::downgrade(watched) as Weak<dyn Watched>;
        let mut places = self.places.borrow_mut();
        let place = match self.free.borrow_mut().pop() {
            Some(place) => {
                places[place] = Some(weak);
                place
            }
            None => {
                places.push(Some(weak));
                places.len() - 1
            }
        };
        watched.watch().place.set(place);
    }

    /// How many deadlines are watched: one for each connection of the worker.
    pub fn len(&self) -> usize {
        self.places.borrow().len() - self.free.borrow().len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Moves the clock on by one tick and wakes whoever is late, handlers whose peers have left included.
    pub fn sweep(&self) {
        self.now.set(self.now.get().saturating_add(1).min(NEVER - 1));
        self.wake_where(|watched| {
            let watch = watched.watch();
            match watch.wait.get() {
                // A read tells, and the runtime wakes who waits for one.
                Wait::KeepAlive | Wait::Head | Wait::Linger => {}
                wait => self.bound_handler(watch, wait, watched.presence()),
            }
            watch.due.get() <= self.now.get()
        });
    }

    /// Gives a handler that waits a deadline, if its peer has left or may have.
    fn bound_handler(&self, watch: &Watch, wait: Wait, presence: Presence) {
        let due = match (presence, wait) {
            (Presence::Here, _) => return,
            // A stream ends with its peer.
            (Presence::Gone, _) | (Presence::Ended, Wait::Ping) => self.now.get(),
            (Presence::Ended, Wait::Nothing) if self.half_closed != NEVER => {
                self.now.get().saturating_add(self.half_closed)
            }
            // Who still sends or is still sent to has a deadline.
            (Presence::Ended, _) => return,
        };
        watch.due.set(watch.due.get().min(due));
    }

    /// From now on no connection may be idle for longer than this; event streams are woken at once, so that
    /// they end.
    pub fn drain(&self, idle: Duration) {
        let keep_alive = &self.ticks[Wait::KeepAlive as usize];
        keep_alive.set(ticks(idle).min(keep_alive.get()));
        let due = self.now.get().saturating_add(ticks(idle));
        self.each(|watched| {
            let watch = watched.watch();
            if watch.wait.get() == Wait::KeepAlive {
                watch.due.set(watch.due.get().min(due));
            }
        });
        self.wake_where(|watched| watched.watch().wait.get() == Wait::Ping);
    }

    fn each(&self, mut act: impl FnMut(&dyn Watched)) {
        for place in self.places.borrow().iter().flatten() {
            if let Some(watched) = place.upgrade() {
                act(&*watched);
            }
        }
    }

    fn wake_where(&self, late: impl Fn(&dyn Watched) -> bool) {
        self.each(|watched| {
            let watch = watched.watch();
            if !watch.late.get() && late(watched) {
                watch.late.set(true);
                if let Some(waker) = &*watch.waker.borrow() {
                    waker.wake_by_ref();
                }
            }
        });
    }
}

/// A duration in ticks, rounded up, plus one because part of the current tick has gone by.
fn ticks(duration: Duration) -> u32 {
    if duration.is_zero() {
        return NEVER;
    }
    let ticks = duration.as_millis().div_ceil(TICK.as_millis()) + 1;
    u32::try_from(ticks).unwrap_or(NEVER).min(NEVER - 1)
}

impl Watch {
    /// Starts the deadline of this wait; forgets the one before.
    #[inline]
    pub fn wait(&self, wait: Wait) {
        let ticks = self.watches.ticks[wait as usize].get();
        if wait == Wait::Head {
            self.began.set(self.watches.now.get());
        }
        self.wait.set(wait);
        self.late.set(false);
        self.due.set(match ticks {
            NEVER => NEVER,
            ticks => self.watches.now.get().saturating_add(ticks),
        });
    }

    /// What is waited for.
    pub fn waiting(&self) -> Wait {
        self.wait.get()
    }

    /// Stops the deadline, and tells what it had left.
    pub fn pause(&self) -> Paused {
        let ticks = match self.due.get() {
            NEVER => NEVER,
            due => due.saturating_sub(self.watches.now.get()),
        };
        let paused = Paused { wait: self.wait.get(), ticks };
        self.wait(Wait::Nothing);
        paused
    }

    /// Goes on with a wait and what its deadline had left.
    pub fn resume(&self, paused: Paused) {
        self.wait.set(paused.wait);
        self.late.set(false);
        self.due.set(match paused.ticks {
            NEVER => NEVER,
            ticks => self.watches.now.get().saturating_add(ticks).min(NEVER - 1),
        });
    }

    /// Notes how many bytes of a head have come: from here on its rate decides as well.
    pub fn received(&self, head: usize) {
        let Some(rate) = self.watches.head_rate else { return };
        let of_all = self.watches.ticks[Wait::Head as usize].get();
        let bought = head.saturating_mul(TICKS_PER_SECOND) / rate;
        let of_rate = u32::try_from(bought).unwrap_or(NEVER).saturating_add(ticks(GRACE));
        self.due.set(self.began.get().saturating_add(of_rate.min(of_all)));
    }

    /// Ready when the wait has taken too long; else the task is woken when it has.
    #[inline]
    pub fn poll_late(&self, cx: &mut Context<'_>) -> Poll<()> {
        if self.late.get() {
            return Poll::Ready(());
        }
        let mut kept = self.waker.borrow_mut();
        // A task has the same waker for life, so one is stored per connection, once.
        match &*kept {
            Some(waker) if waker.will_wake(cx.waker()) => {}
            _ => *kept = Some(cx.waker().clone()),
        }
        Poll::Pending
    }

    /// What a pending write gives. Its wait is announced when it has found no room; what was waited for before that
    /// has no say in it.
    pub fn pending_write<T>(&self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if self.wait.get() != Wait::Write {
            self.late.set(false);
        }
        self.pending(cx)
    }

    /// What a pending operation gives: still pending, or too late.
    #[inline]
    pub fn pending<T>(&self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        self.poll_late(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let place = self.place.get();
        if let Some(slot) = self.watches.places.borrow_mut().get_mut(place) {
            *slot = None;
            self.watches.free.borrow_mut().push(place);
        }
    }
}

impl std::fmt::Debug for Watches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watches").field("now", &self.now).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Peer(Watch, Cell<Presence>);
    impl Watched for Peer {
        fn watch(&self) -> &Watch {
            &self.0
        }

        fn presence(&self) -> Presence {
            self.1.get()
        }
    }

    fn peer(watches: &Rc<Watches>) -> Rc<Peer> {
        let peer = Rc::new(Peer(watches.watch(), Cell::new(Presence::Here)));
        watches.enter(&peer);
        peer
    }

    fn is_late(peer: &Peer) -> bool {
        peer.0.poll_late(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn a_wait_is_late_after_its_time_and_not_before() {
        let timeouts = Timeouts { head: TICK * 3, ..Timeouts::default() };
        let watches = Watches::new(&timeouts, TICK);
        let peer = peer(&watches);
        peer.0.wait(Wait::Head);
        for _ in 0..3 {
            watches.sweep();
            assert!(!is_late(&peer));
        }
        watches.sweep();
        assert!(is_late(&peer));
        peer.0.wait(Wait::Nothing);
        assert!(!is_late(&peer), "a new wait begins anew");
        (0..1000).for_each(|_| watches.sweep());
        assert!(!is_late(&peer), "a handler has no deadline");
    }

    #[test]
    fn a_handler_has_a_deadline_once_its_peer_has_left() {
        for (half_closed, after_end) in [(TICK * 3, Some(4)), (Duration::ZERO, None)] {
            let timeouts = Timeouts { half_closed, body: TICK * 9, ..Timeouts::default() };
            let watches = Watches::new(&timeouts, TICK);
            let (ended, gone, reads) = (peer(&watches), peer(&watches), peer(&watches));
            ended.1.set(Presence::Ended);
            gone.1.set(Presence::Gone);
            reads.1.set(Presence::Ended);
            reads.0.wait(Wait::Body);
            let late_after = |peer: &Peer| {
                (1..8).find(|_| {
                    watches.sweep();
                    is_late(peer)
                })
            };
            assert_eq!(late_after(&gone), Some(1));
            assert_eq!(late_after(&ended), after_end, "ticks after the first");
            assert!(!is_late(&reads), "who reads has a deadline of its own");
        }
    }

    #[test]
    fn a_pause_stops_a_deadline_and_does_not_prolong_it() {
        let timeouts = Timeouts { body: TICK * 3, ..Timeouts::default() };
        let watches = Watches::new(&timeouts, TICK);
        let peer = peer(&watches);
        peer.0.wait(Wait::Body);
        for _ in 0..3 {
            watches.sweep();
            let paused = peer.0.pause();
            (0..1000).for_each(|_| watches.sweep());
            assert!(!is_late(&peer), "a handler has no deadline");
            peer.0.resume(paused);
            assert_eq!(peer.0.waiting(), Wait::Body);
        }
        watches.sweep();
        assert!(is_late(&peer));
    }

    #[test]
    fn a_head_that_drips_is_late_before_its_time() {
        let timeouts = Timeouts { head: TICK * 20, head_rate: 100, ..Timeouts::default() };
        for (bytes_per_tick, expected) in [(0, 7), (10, 8), (25, 13), (50, 21), (1000, 21)] {
            let watches = Watches::new(&timeouts, TICK);
            let peer = peer(&watches);
            peer.0.wait(Wait::Head);
            let mut ticks = 0;
            while !is_late(&peer) {
                ticks += 1;
                peer.0.received(ticks * bytes_per_tick);
                watches.sweep();
            }
            assert_eq!(ticks, expected, "{bytes_per_tick} bytes per tick");
        }
    }

    /// Less than a byte per tick was taken for none, so for any rate.
    #[test]
    fn one_byte_per_second_is_a_rate() {
        let timeouts = Timeouts { head: Duration::ZERO, head_rate: 1, ..Timeouts::default() };
        for (bytes, expected) in [(1, 9), (2, 11)] {
            let watches = Watches::new(&timeouts, TICK);
            let peer = peer(&watches);
            peer.0.wait(Wait::Head);
            peer.0.received(bytes);
            let ticks = (1..100).find(|_| {
                watches.sweep();
                is_late(&peer)
            });
            assert_eq!(ticks, Some(expected), "{bytes} bytes");
        }
    }

    #[test]
    fn a_drain_shortens_idle_waits_only() {
        let watches = Watches::new(&Timeouts::default(), TICK);
        let (idle, busy, later) = (peer(&watches), peer(&watches), peer(&watches));
        idle.0.wait(Wait::KeepAlive);
        busy.0.wait(Wait::Write);
        watches.drain(TICK);
        later.0.wait(Wait::KeepAlive);
        (0..2).for_each(|_| watches.sweep());
        assert_eq!([&idle, &busy, &later].map(|peer| is_late(peer)), [true, false, true]);
    }

    #[test]
    fn places_are_used_again() {
        let watches = Watches::new(&Timeouts::default(), TICK);
        for _ in 0..3 {
            let peers: Vec<_> = (0..10).map(|_| peer(&watches)).collect();
            assert_eq!(watches.len(), 10);
            drop(peers);
            assert!(watches.is_empty());
        }
        assert_eq!(watches.places.borrow().len(), 10);
    }
}
