//! Server-sent events to many peers at once.
//!
//! A handler starts a stream with [`Response::events`](crate::Response::events). What is said to many
//! goes through a [`Channel`]: it keeps the latest events in a ring, and every subscriber walks along
//! it at its own pace. Nobody waits for anybody: a publisher never blocks, and a subscriber that falls
//! a whole ring behind is dealt with as [`Slow`] says.
//!
//! ```
//! use std::sync::atomic::{AtomicU64, Ordering};
//!
//! use httpz::prelude::*;
//! use httpz::sse::{Channel, Event};
//!
//! struct Board {
//!     live: Channel,
//!     said: AtomicU64,
//! }
//!
//! #[post("/say")]
//! fn say(board: &Board, req: &Request) {
//!     let text = String::from_utf8_lossy(req.body().unwrap_or_default());
//!     let id = board.said.fetch_add(1, Ordering::Relaxed) + 1;
//!     board.live.publish(Event::new(text).id(id));
//! }
//!
//! /// A browser that lost its connection says which event it saw last, and hears what it missed.
//! #[get("/live")]
//! async fn live(board: &Board, req: &Request, res: &mut Response) -> Result {
//!     let mut events = res.events().await?;
//!     events.forward(board.live.subscribe_after(req.last_event_id())).await
//! }
//!
//! let board = Board { live: Channel::new(64), said: AtomicU64::new(0) };
//! let app = App::new(board, |r| r.mount(routes![say, live]));
//! # app.build()?;
//! # Ok::<(), httpz::BuildError>(())
//! ```
//!
//! A handler that has nothing else to do returns its [`Subscription`], and need not be async: the
//! stream goes on when it has returned. Whatever publishes may live on any thread, and when the last
//! clone of the channel is gone, the stream ends.
//!
//! ```
//! use httpz::prelude::*;
//! use httpz::sse::{Channel, Event, Subscription};
//!
//! #[get("/count/:to")]
//! fn count(to: u32) -> Subscription {
//!     let channel = Channel::new(16);
//!     let subscription = channel.subscribe();
//!     std::thread::spawn(move || {
//!         (0..to).for_each(|n| channel.publish(Event::new(n.to_string())));
//!     });
//!     subscription
//! }
//! # let client = httpz::testing::Client::new(App::new((), |r| r.mount(routes![count])));
//! # let mut live = client.open("/count/2").header("content-type", "text/event-stream");
//! # let mut next = || live.next_event().map(|event| event.data);
//! # assert_eq!([next(), next(), next()], [Some("0".into()), Some("1".into()), None]);
//! ```

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

pub use httpz_core::{Event, Events, Feed};

pub use crate::streams::EventStream;

use crate::{Respond, Response, Result};

/// What becomes of a subscriber that is a whole ring behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Slow {
    /// Its stream ends; a browser connects again and, when events have ids, is told what it missed as
    /// far as the ring goes back.
    #[default]
    Disconnect,
    /// It goes on with the oldest event that is still there.
    Skip,
}

/// Takes events to any number of subscribers, on any worker.
///
/// Clones publish to the same subscribers; the last one closes it when it is dropped.
#[derive(Clone, Debug)]
pub struct Channel {
    publishers: Arc<Publishers>,
    slow: Slow,
}

type SharedRing = Arc<Mutex<Ring>>;

/// All clones of a channel.
#[derive(Debug)]
struct Publishers(SharedRing);

impl Drop for Publishers {
    fn drop(&mut self) {
        close(&self.0);
    }
}

#[derive(Debug)]
struct Ring {
    events: VecDeque<Arc<Event>>,
    capacity: usize,
    /// The number of the first event in the ring; events are counted from the first published.
    first: u64,
    /// One for each subscriber, set while it waits.
    wakers: Vec<Option<Waker>>,
    vacant: Vec<usize>,
    closed: bool,
}

impl Ring {
    fn next(&self) -> u64 {
        self.first + self.events.len() as u64
    }
}

impl Channel {
    /// A channel that keeps the latest `capacity` events (at least one).
    pub fn new(capacity: usize) -> Self {
        let ring = Ring {
            events: VecDeque::new(),
            capacity: capacity.max(1),
            first: 0,
            wakers: Vec::new(),
            vacant: Vec::new(),
            closed: false,
        };
        Self { publishers: Arc::new(Publishers(Arc::new(Mutex::new(ring)))), slow: Slow::default() }
    }

    /// Sets what becomes of subscribers that are a whole ring behind.
    #[must_use]
    pub fn slow(mut self, slow: Slow) -> Self {
        self.slow = slow;
        self
    }

    /// Publishes an event, from any thread, without waiting for anybody.
    ///
    /// ```
    /// use httpz::sse::{Channel, Event};
    /// let channel = Channel::new(8);
    /// channel.publish(Event::new("hello").id(1));
    /// ```
    pub fn publish(&self, event: Event) {
        let mut ring = self.lock();
        if ring.events.len() == ring.capacity {
            ring.events.pop_front();
            ring.first += 1;
        }
        ring.events.push_back(Arc::new(event));
        wake_all(ring);
    }

    /// Ends the streams of all subscribers, once they have got what was published before.
    pub fn close(&self) {
        close(&self.publishers.0);
    }

    /// How many subscribers there are.
    pub fn subscribers(&self) -> usize {
        let ring = self.lock();
        ring.wakers.len() - ring.vacant.len()
    }

    /// Subscribes to what is published from now on.
    pub fn subscribe(&self) -> Subscription {
        let mut ring = self.lock();
        let next = ring.next();
        self.subscribe_at(&mut ring, next)
    }

    /// Subscribes to what was published after the event with this id, so that a client which connects again first
    /// gets what it has missed. If that event has left the ring already, everything in the ring comes; without an id,
    /// only what is new.
    pub fn subscribe_after(&self, id: Option<&str>) -> Subscription {
        let mut ring = self.lock();
        let next = match id {
            None => ring.next(),
            Some(_) => {
                let seen = ring.events.iter().rposition(|event| event.last_id() == id);
                ring.first + seen.map_or(0, |index| index as u64 + 1)
            }
        };
        self.subscribe_at(&mut ring, next)
    }

    fn subscribe_at(&self, ring: &mut Ring, next: u64) -> Subscription {
        let place = ring.vacant.pop().unwrap_or_else(|| {
            ring.wakers.push(None);
            ring.wakers.len() - 1
        });
        Subscription { ring: self.publishers.0.clone(), slow: self.slow, next, place }
    }

    fn lock(&self) -> MutexGuard<'_, Ring> {
        lock(&self.publishers.0)
    }
}

fn lock(ring: &SharedRing) -> MutexGuard<'_, Ring> {
    // No code of others runs under the lock, so the ring is whole. A waker is code of somebody else, also
    // when it is cloned or dropped: it may own a subscription to this very channel.
    ring.lock().unwrap_or_else(PoisonError::into_inner)
}

fn close(ring: &SharedRing) {
    let mut ring = lock(ring);
    ring.closed = true;
    wake_all(ring);
}

/// Wakes when the lock has been given back.
fn wake_all(mut ring: MutexGuard<'_, Ring>) {
    let wakers: Vec<Waker> = ring.wakers.iter_mut().filter_map(Option::take).collect();
    drop(ring);
    wakers.into_iter().for_each(Waker::wake);
}

/// One subscriber's place in a [`Channel`]; dropping it leaves the channel.
///
/// As what a handler returns it is the answer: the events, as long as they come.
#[derive(Debug)]
pub struct Subscription {
    ring: SharedRing,
    slow: Slow,
    next: u64,
    place: usize,
}

impl Subscription {
    /// Waits for the next event; `None` when the channel was closed or this subscriber was too slow.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Arc<Event>> {
        std::future::poll_fn(|cx| self.poll_next(cx)).await
    }
}

impl Feed for Subscription {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Arc<Event>>> {
        let waker = cx.waker().clone();
        let mut ring = lock(&self.ring);
        if self.next < ring.first {
            if self.slow == Slow::Disconnect {
                return Poll::Ready(None);
            }
            self.next = ring.first;
        }
        let index = usize::try_from(self.next - ring.first).unwrap_or(usize::MAX);
        if let Some(event) = ring.events.get(index) {
            self.next += 1;
            return Poll::Ready(Some(event.clone()));
        }
        if ring.closed {
            return Poll::Ready(None);
        }
        let before = ring.wakers[self.place].replace(waker);
        drop(ring);
        drop(before);
        Poll::Pending
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut ring = lock(&self.ring);
        let waker = ring.wakers[self.place].take();
        ring.vacant.push(self.place);
        drop(ring);
        drop(waker);
    }
}

/// The events, until the channel is closed, this subscriber is too slow, the peer leaves or the server
/// shuts down.
impl Respond for Subscription {
    fn respond(self, res: &mut Response) -> Result {
        res.forward(self);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::task::Wake;
    use std::thread;
    use std::time::Duration;

    use super::*;

    fn next(subscription: &mut Subscription) -> Poll<Option<String>> {
        let mut cx = Context::from_waker(Waker::noop());
        subscription.poll_next(&mut cx).map(|event| event.map(|event| event.as_str().to_owned()))
    }

    fn text(text: &str) -> Poll<Option<String>> {
        Poll::Ready(Some(Event::new(text).as_str().to_owned()))
    }

    #[test]
    fn everybody_gets_everything_from_when_they_came() {
        let channel = Channel::new(4);
        let mut early = channel.subscribe();
        channel.publish(Event::new("a"));
        let mut late = channel.subscribe();
        channel.publish(Event::new("b"));
        assert_eq!([next(&mut early), next(&mut early), next(&mut early)], {
            [text("a"), text("b"), Poll::Pending]
        });
        assert_eq!([next(&mut late), next(&mut late)], [text("b"), Poll::Pending]);
    }

    #[test]
    fn who_falls_behind_is_let_go_or_skips() {
        for (slow, expected) in [(Slow::Disconnect, Poll::Ready(None)), (Slow::Skip, text("3"))] {
            let channel = Channel::new(2).slow(slow);
            let mut subscription = channel.subscribe();
            (0..5).for_each(|n| channel.publish(Event::new(n.to_string())));
            assert_eq!(next(&mut subscription), expected);
        }
    }

    #[test]
    fn who_comes_again_is_told_what_it_missed() {
        let channel = Channel::new(3);
        (0..5).for_each(|n| channel.publish(Event::new(n.to_string()).id(n)));
        for (seen, expected) in [
            (Some("3"), "data: 4\nid: 4\n\n"),
            (Some("2"), "data: 3\nid: 3\n\n"),
            (Some("0"), "data: 2\nid: 2\n\n"),
        ] {
            let got = next(&mut channel.subscribe_after(seen));
            assert_eq!(got, Poll::Ready(Some(expected.to_owned())), "{seen:?}");
        }
        assert_eq!(next(&mut channel.subscribe_after(None)), Poll::Pending);
        assert_eq!(next(&mut channel.subscribe_after(Some("4"))), Poll::Pending);
    }

    #[test]
    fn a_closed_channel_ends_after_its_last_event() {
        let channel = Channel::new(2);
        let mut subscription = channel.subscribe();
        channel.publish(Event::new("last"));
        channel.close();
        assert_eq!([next(&mut subscription), next(&mut subscription)], {
            [text("last"), Poll::Ready(None)]
        });
    }

    #[test]
    fn the_last_clone_closes_the_channel() {
        let channel = Channel::new(2);
        let mut subscription = channel.subscribe();
        let clone = channel.clone();
        drop(channel);
        assert_eq!(next(&mut subscription), Poll::Pending);
        clone.publish(Event::new("last"));
        drop(clone);
        assert_eq!([next(&mut subscription), next(&mut subscription)], {
            [text("last"), Poll::Ready(None)]
        });
    }

    #[test]
    fn places_of_those_who_left_are_used_again() {
        let channel = Channel::new(1);
        for _ in 0..100 {
            let both = (channel.subscribe(), channel.subscribe());
            assert_eq!(channel.subscribers(), 2);
            drop(both);
        }
        assert_eq!((channel.subscribers(), channel.lock().wakers.len()), (0, 2));
    }

    /// A waker that leaves the channel when it is dropped.
    struct Owner {
        _subscription: Subscription,
    }

    impl Wake for Owner {
        fn wake(self: Arc<Self>) {}
    }

    #[test]
    fn a_waker_may_own_a_subscription() {
        type Way = fn(&Channel, Subscription);
        let ways: [(&str, Way); 4] = [
            ("another waker takes its place", |_, mut waiting| _ = next(&mut waiting)),
            ("the subscriber leaves", |_, waiting| drop(waiting)),
            ("an event comes", |channel, _waiting| channel.publish(Event::new("a"))),
            ("the channel is closed", |channel, _waiting| channel.close()),
        ];
        for (what, way) in ways {
            let (done, is_done) = mpsc::channel();
            // On a thread of its own: a lock taken twice shows as a test that never ends.
            thread::spawn(move || {
                let channel = Channel::new(1);
                let mut waiting = channel.subscribe();
                let waker = Waker::from(Arc::new(Owner { _subscription: channel.subscribe() }));
                assert!(waiting.poll_next(&mut Context::from_waker(&waker)).is_pending());
                drop(waker);
                assert_eq!(channel.subscribers(), 2);
                way(&channel, waiting);
                done.send(channel.subscribers())
            });
            assert_eq!(is_done.recv_timeout(Duration::from_secs(10)), Ok(0), "{what}");
        }
    }
}
