//! The futures of async handlers, in memory that their exchange uses again and again.
//!
//! A boxed future would be allocated and freed with each request. A slot is allocated once, is taken out
//! of the exchange while a future is in it, and goes back when the future is dropped. Meanwhile nobody else
//! can have it: a dispatcher and the handler inside it are in two slots, and a future that is leaked takes
//! its slot with it. A future that does not fit into a slot is boxed.
#![allow(unsafe_code, reason = "a future in memory that has held others, its type erased")]

use std::cell::RefCell;
use std::fmt;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::ptr::{self, NonNull};
use std::task::{Context, Poll};

/// Bytes of a slot; futures that are larger do so much that one more allocation does not matter.
const SIZE: usize = 1024;

/// Empty slots that an exchange keeps: enough for a handler inside three dispatchers to allocate nothing.
const KEPT: usize = 4;

#[repr(C, align(16))]
struct Slot(#[allow(dead_code, reason = "reached by pointer only")] MaybeUninit<[u8; SIZE]>);

/// The empty slots of an exchange.
#[derive(Default)]
pub(crate) struct Slots {
    // Boxed: a slot must not move while a future is in it.
    #[allow(clippy::vec_box, reason = "what moves in and out is the pointer")]
    empty: RefCell<Vec<Box<Slot>>>,
}

impl Slots {
    #[inline]
    fn take(&self) -> Box<Slot> {
        let kept = self.empty.borrow_mut().pop();
        kept.unwrap_or_else(|| Box::new(Slot(MaybeUninit::uninit())))
    }

    #[inline]
    fn take_back(&self, slot: Box<Slot>) {
        let mut empty = self.empty.borrow_mut();
        if empty.len() < KEPT {
            empty.push(slot);
        }
    }
}

/// A future whose type is erased, pinned in a slot of an exchange or in a box.
///
/// Dropping it drops the future in place.
pub struct PooledFuture<'a, T> {
    /// Owned, initialised and never moved, from the making of this to its end.
    future: NonNull<dyn Future<Output = T> + 'a>,
    /// Where its slot goes back to; `None` when it is boxed.
    slots: Option<&'a Slots>,
}

impl<'a, T> PooledFuture<'a, T> {
    /// Boxes a future.
    pub fn boxed(future: impl Future<Output = T> + 'a) -> Self {
        let future: Box<dyn Future<Output = T> + 'a> = Box::new(future);
        Self { future: NonNull::from(Box::leak(future)), slots: None }
    }

    /// Puts a future into a slot, if it fits; else boxes it.
    #[inline]
    pub(super) fn within<F: Future<Output = T> + 'a>(slots: &'a Slots, future: F) -> Self {
        if const { size_of::<F>() > SIZE || align_of::<F>() > align_of::<Slot>() } {
            return Self::boxed(future);
        }
        let slot = NonNull::from(Box::leak(slots.take())).cast::<F>();
        // SAFETY: the place is valid for writing an `F`, and nobody else can reach it:
        // - large enough and aligned: asked above, of the types;
        // - ours: `take` gives a box, and leaking it makes the pointer its only owner.
        unsafe { slot.write(future) };
        Self { future: slot, slots: Some(slots) }
    }
}

impl<T> Future for PooledFuture<'_, T> {
    type Output = T;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // SAFETY: `future` points to a future that is alive until `drop` and that only we reach, so a
        // unique borrow for as long as that of `self` is sound. It is pinned: its memory belongs to us,
        // we never move it, and it is not used again before `drop` has dropped the future in place.
        unsafe { Pin::new_unchecked(self.future.as_mut()) }.poll(cx)
    }
}

impl<T> Drop for PooledFuture<'_, T> {
    #[inline]
    fn drop(&mut self) {
        let Some(slots) = self.slots else {
            // SAFETY: without slots it was made by `boxed`, from a leaked box of just this type.
            return drop(unsafe { Box::from_raw(self.future.as_ptr()) });
        };
        // Made first, so that the slot goes back even if the future panics while it is dropped.
        let _vacated = Vacated { slot: self.future.cast(), slots };
        // SAFETY: `within` has initialised it, and this is the only place that drops it, once.
        unsafe { ptr::drop_in_place(self.future.as_ptr()) };
    }
}

impl<T> fmt::Debug for PooledFuture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PooledFuture")
            .field("is_boxed", &self.slots.is_none())
            .finish_non_exhaustive()
    }
}

/// A slot whose future is gone, or about to be dropped.
struct Vacated<'a> {
    slot: NonNull<Slot>,
    slots: &'a Slots,
}

impl Drop for Vacated<'_> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the pointer is that of the box that `within` has leaked, cast forth and back. This
        // runs after `drop_in_place`, so no future is in it, and nothing borrows from it.
        self.slots.take_back(unsafe { Box::from_raw(self.slot.as_ptr()) });
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

    fn poll<T>(future: &mut PooledFuture<'_, T>) -> Poll<T> {
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

    fn n_empty(slots: &Slots) -> usize {
        slots.empty.borrow().len()
    }

    #[test]
    fn a_room_is_used_again_and_again() {
        let slots = Slots::default();
        let mut places = Vec::new();
        for n in 0..3u64 {
            let mut future = PooledFuture::within(&slots, async move {
                let (numbers, text) = ([n; 20], n.to_string());
                let (all, borrowed) = (&numbers, &text);
                once().await;
                format!("{} {borrowed}", all.iter().sum::<u64>())
            });
            places.push(future.future.cast::<Slot>());
            assert!(poll(&mut future).is_pending() && n_empty(&slots) == 0);
            assert_eq!(poll(&mut future), Poll::Ready(format!("{} {n}", n * 20)));
            drop(future);
            assert_eq!(n_empty(&slots), 1);
        }
        assert!(places.iter().all(|place| *place == places[0]));
    }

    #[test]
    fn those_that_live_at_once_have_rooms_of_their_own_and_four_are_kept() {
        let slots = &Slots::default();
        let mut nested = PooledFuture::within(slots, async { 0 });
        for _ in 0..6 {
            let inner = nested;
            nested = PooledFuture::within(slots, async move {
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
        assert_eq!(n_empty(slots), KEPT);
    }

    #[test]
    fn what_does_not_fit_gets_a_box() {
        #[repr(align(64))]
        struct Aligned(u8);
        let slots = Slots::default();
        let (large, aligned) = ([7u8; SIZE], Aligned(7));
        let mut large = PooledFuture::within(&slots, async move {
            once().await;
            large[SIZE - 1]
        });
        let mut aligned = PooledFuture::within(&slots, async move {
            let aligned = &aligned;
            once().await;
            aligned.0
        });
        assert!(poll(&mut large).is_pending() && poll(&mut aligned).is_pending());
        assert_eq!((poll(&mut large), poll(&mut aligned)), (Poll::Ready(7), Poll::Ready(7)));
        drop((large, aligned));
        assert_eq!(n_empty(&slots), 0);
    }

    #[test]
    fn a_future_that_is_cancelled_is_dropped_once() {
        let (slots, witness) = (Slots::default(), Rc::new(()));
        for polled in [false, true] {
            for boxed in [false, true] {
                let held = witness.clone();
                let future = async move {
                    pending::<()>().await;
                    drop(held);
                };
                let mut future = if boxed {
                    PooledFuture::boxed(future)
                } else {
                    PooledFuture::within(&slots, future)
                };
                assert!(!polled || poll(&mut future).is_pending());
                assert_eq!(Rc::strong_count(&witness), 2);
                drop(future);
                assert_eq!(Rc::strong_count(&witness), 1);
            }
        }
        assert_eq!(n_empty(&slots), 1);
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
        let (slots, dropped) = (Slots::default(), Cell::new(0));
        let mut panics = PooledFuture::within(&slots, async { panic!("on purpose") });
        assert!(catch_unwind(AssertUnwindSafe(|| poll::<()>(&mut panics))).is_err());
        drop(panics);
        assert_eq!(n_empty(&slots), 1);

        let bomb = Bomb(&dropped);
        let mut dies = PooledFuture::within(&slots, async move {
            pending::<()>().await;
            drop(bomb);
        });
        assert!(poll(&mut dies).is_pending());
        assert!(catch_unwind(AssertUnwindSafe(|| drop(dies))).is_err());
        assert_eq!((n_empty(&slots), dropped.get()), (1, 1));
    }

    #[test]
    fn who_is_forgotten_keeps_the_room() {
        let slots = Slots::default();
        drop(PooledFuture::within(&slots, async {}));
        // Leaks a kilobyte, on purpose.
        std::mem::forget(PooledFuture::within(&slots, async {}));
        assert_eq!(n_empty(&slots), 0);
        drop(PooledFuture::within(&slots, async {}));
        assert_eq!(n_empty(&slots), 1);
    }
}
