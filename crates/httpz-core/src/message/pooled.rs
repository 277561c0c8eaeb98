//! Where the future of an async handler lives: in a room that its exchange keeps for the next one.
//!
//! A box for each request would be allocated and freed each time. A room is allocated once, moves out
//! of the exchange with the future in it, and comes back when the future is dropped. Nobody else can
//! have it meanwhile: a dispatcher and the handler behind it live in two rooms, and a future that is
//! forgotten takes its room with it. What does not fit gets a box.
#![allow(unsafe_code, reason = "a future in memory that has held others, its type erased")]

use std::cell::RefCell;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::ptr::{self, NonNull};
use std::task::{Context, Poll};

/// Bytes of a room; larger futures do so much that a box more does not matter.
const SIZE: usize = 1024;

/// Rooms that an exchange keeps: a handler behind three dispatchers allocates nothing.
const KEPT: usize = 4;

#[repr(C, align(16))]
struct Room(#[allow(dead_code, reason = "reached by pointer only")] MaybeUninit<[u8; SIZE]>);

/// The empty rooms of an exchange.
#[derive(Default)]
pub(crate) struct Rooms {
    // Boxed: a room must stay where it is while somebody lives there.
    #[allow(clippy::vec_box, reason = "what moves in and out is the pointer")]
    empty: RefCell<Vec<Box<Room>>>,
}

impl Rooms {
    #[inline]
    fn take(&self) -> Box<Room> {
        let kept = self.empty.borrow_mut().pop();
        kept.unwrap_or_else(|| Box::new(Room(MaybeUninit::uninit())))
    }

    #[inline]
    fn take_back(&self, room: Box<Room>) {
        let mut empty = self.empty.borrow_mut();
        if empty.len() < KEPT {
            empty.push(room);
        }
    }
}

/// A future whose type is forgotten, pinned in a room or in a box.
///
/// Dropping it drops the future where it is.
pub struct Lodged<'a, T> {
    /// Owned, initialised and never moved, from the making of this to its end.
    future: NonNull<dyn Future<Output = T> + 'a>,
    /// Whose room it lives in; `None` when it has a box of its own.
    rooms: Option<&'a Rooms>,
}

impl<'a, T> Lodged<'a, T> {
    /// In a box of its own.
    pub fn boxed(future: impl Future<Output = T> + 'a) -> Self {
        let future: Box<dyn Future<Output = T> + 'a> = Box::new(future);
        Self { future: NonNull::from(Box::leak(future)), rooms: None }
    }

    /// In a room, if it fits.
    #[inline]
    pub(super) fn within<F: Future<Output = T> + 'a>(rooms: &'a Rooms, future: F) -> Self {
        if const { size_of::<F>() > SIZE || align_of::<F>() > align_of::<Room>() } {
            return Self::boxed(future);
        }
        let room = NonNull::from(Box::leak(rooms.take())).cast::<F>();
        // SAFETY: the place is valid for writing an `F`, and nobody else can reach it:
        // - large enough and aligned: asked above, of the types;
        // - ours: `take` gives a box, and leaking it makes the pointer its only owner.
        unsafe { room.write(future) };
        Self { future: room, rooms: Some(rooms) }
    }
}

impl<T> Future for Lodged<'_, T> {
    type Output = T;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // SAFETY: `future` points to a future that is alive until `drop` and that only we reach, so a
        // unique borrow for as long as that of `self` is sound. It is pinned: its memory belongs to us,
        // we never move it, and it is not used again before `drop` has dropped the future in place.
        unsafe { Pin::new_unchecked(self.future.as_mut()) }.poll(cx)
    }
}

impl<T> Drop for Lodged<'_, T> {
    #[inline]
    fn drop(&mut self) {
        let Some(rooms) = self.rooms else {
            // SAFETY: without rooms it was made by `boxed`, from a leaked box of just this type.
            return drop(unsafe { Box::from_raw(self.future.as_ptr()) });
        };
        // Made first, so that the room goes back even if the future panics while it is dropped.
        let _vacated = Vacated { room: self.future.cast(), rooms };
        // SAFETY: `within` has initialised it, and this is the only place that drops it, once.
        unsafe { ptr::drop_in_place(self.future.as_ptr()) };
    }
}

/// A room whose future is gone, or about to go.
struct Vacated<'a> {
    room: NonNull<Room>,
    rooms: &'a Rooms,
}

impl Drop for Vacated<'_> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the pointer is that of the box that `within` has leaked, cast forth and back. This
        // runs after `drop_in_place`, so nobody lives there or borrows from it.
        self.rooms.take_back(unsafe { Box::from_raw(self.room.as_ptr()) });
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::{pending, poll_fn};
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::rc::Rc;
    use std::task::Waker;

    use super::*;

    fn poll<T>(future: &mut Lodged<'_, T>) -> Poll<T> {
        Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
    }

    /// Pending once, which keeps borrows of the future's own state across the wait.
    async fn once() {
        let mut asked = false;
        poll_fn(
            |_| if std::mem::replace(&mut asked, true) { Poll::Ready(()) } else { Poll::Pending },
        )
        .await;
    }

    fn n_empty(rooms: &Rooms) -> usize {
        rooms.empty.borrow().len()
    }

    #[test]
    fn a_room_is_used_again_and_again() {
        let rooms = Rooms::default();
        let mut places = Vec::new();
        for n in 0..3u64 {
            let mut future = Lodged::within(&rooms, async move {
                let (numbers, text) = ([n; 20], n.to_string());
                let (all, borrowed) = (&numbers, &text);
                once().await;
                format!("{} {borrowed}", all.iter().sum::<u64>())
            });
            places.push(future.future.cast::<Room>());
            assert!(poll(&mut future).is_pending() && n_empty(&rooms) == 0);
            assert_eq!(poll(&mut future), Poll::Ready(format!("{} {n}", n * 20)));
            drop(future);
            assert_eq!(n_empty(&rooms), 1);
        }
        assert!(places.iter().all(|place| *place == places[0]));
    }

    #[test]
    fn those_that_live_at_once_have_rooms_of_their_own_and_four_are_kept() {
        let rooms = &Rooms::default();
        let mut nested = Lodged::within(rooms, async { 0 });
        for _ in 0..6 {
            let inner = nested;
            nested = Lodged::within(rooms, async move {
                once().await;
                inner.await + 1
            });
        }
        let six = (0..7).find_map(|_| match poll(&mut nested) {
            Poll::Ready(n) => Some(n),
            Poll::Pending => None,
        });
        assert_eq!(six, Some(6));
        drop(nested);
        assert_eq!(n_empty(rooms), KEPT);
    }

    #[test]
    fn what_does_not_fit_gets_a_box() {
        #[repr(align(64))]
        struct Aligned(u8);
        let rooms = Rooms::default();
        let (large, aligned) = ([7u8; SIZE], Aligned(7));
        let mut large = Lodged::within(&rooms, async move {
            once().await;
            large[SIZE - 1]
        });
        let mut aligned = Lodged::within(&rooms, async move {
            let aligned = &aligned;
            once().await;
            aligned.0
        });
        assert!(poll(&mut large).is_pending() && poll(&mut aligned).is_pending());
        assert_eq!((poll(&mut large), poll(&mut aligned)), (Poll::Ready(7), Poll::Ready(7)));
        drop((large, aligned));
        assert_eq!(n_empty(&rooms), 0);
    }

    #[test]
    fn a_future_that_is_cancelled_is_dropped_once() {
        let (rooms, witness) = (Rooms::default(), Rc::new(()));
        for polled in [false, true] {
            for boxed in [false, true] {
                let held = witness.clone();
                let future = async move {
                    pending::<()>().await;
                    drop(held);
                };
                let mut future =
                    if boxed { Lodged::boxed(future) } else { Lodged::within(&rooms, future) };
                assert!(!polled || poll(&mut future).is_pending());
                assert_eq!(Rc::strong_count(&witness), 2);
                drop(future);
                assert_eq!(Rc::strong_count(&witness), 1);
            }
        }
        assert_eq!(n_empty(&rooms), 1);
    }

    #[test]
    fn a_panic_gives_the_room_back_be_it_of_a_poll_or_of_a_drop() {
        struct Bomb<'a>(&'a Cell<u32>);
        impl Drop for Bomb<'_> {
            fn drop(&mut self) {
                self.0.set(self.0.get() + 1);
                panic!("on purpose, while it is dropped");
            }
        }
        let (rooms, dropped) = (Rooms::default(), Cell::new(0));
        let mut panics = Lodged::within(&rooms, async { panic!("on purpose") });
        assert!(catch_unwind(AssertUnwindSafe(|| poll::<()>(&mut panics))).is_err());
        drop(panics);
        assert_eq!(n_empty(&rooms), 1);

        let bomb = Bomb(&dropped);
        let mut dies = Lodged::within(&rooms, async move {
            pending::<()>().await;
            drop(bomb);
        });
        assert!(poll(&mut dies).is_pending());
        assert!(catch_unwind(AssertUnwindSafe(|| drop(dies))).is_err());
        assert_eq!((n_empty(&rooms), dropped.get()), (1, 1));
    }

    #[test]
    fn who_is_forgotten_keeps_the_room() {
        let rooms = Rooms::default();
        drop(Lodged::within(&rooms, async {}));
        // Leaks a kilobyte, on purpose.
        std::mem::forget(Lodged::within(&rooms, async {}));
        assert_eq!(n_empty(&rooms), 0);
        drop(Lodged::within(&rooms, async {}));
        assert_eq!(n_empty(&rooms), 1);
    }
}
