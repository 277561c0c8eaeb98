//! Wakes a handler that has taken too long, so that it can be cut off.
//!
//! Twice a second the worker's clock rings the alarms that are due, so an alarm is up to half a second late,
//! never early. Other requests pay nothing for it: there is no timer in the runtime.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// The alarms of a worker.
#[derive(Debug, Default)]
pub(super) struct Alarms {
    bells: RefCell<Vec<Weak<Bell>>>,
}

#[derive(Debug)]
struct Bell {
    due: Instant,
    waker: RefCell<Option<Waker>>,
}

/// Ready when its time has come; dropping it takes the alarm back.
#[derive(Debug)]
pub struct Alarm(Rc<Bell>);

impl Alarms {
    pub(super) fn set(&self, after: Duration) -> Alarm {
        let bell = Rc::new(Bell { due: Instant::now() + after, waker: RefCell::default() });
        self.bells.borrow_mut().push(Rc::downgrade(&bell));
        Alarm(bell)
    }

    /// Wakes everybody whose time has come.
    pub(super) fn ring(&self) {
        let mut bells = self.bells.borrow_mut();
        if bells.is_empty() {
            return;
        }
        let now = Instant::now();
        bells.retain(|bell| match bell.upgrade() {
            Some(bell) if bell.due <= now => {
                if let Some(waker) = bell.waker.take() {
                    waker.wake();
                }
                false
            }
            Some(_) => true,
            None => false,
        });
    }
}

impl Future for Alarm {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.0.due <= Instant::now() {
            return Poll::Ready(());
        }
        *self.0.waker.borrow_mut() = Some(cx.waker().clone());
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use super::*;

    #[derive(Default)]
    struct Counted(AtomicUsize);

    impl Wake for Counted {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn only_what_is_due_and_still_wanted_is_woken() {
        let (alarms, counted) = (Alarms::default(), Arc::new(Counted::default()));
        let waker = Waker::from(counted.clone());
        let mut cx = Context::from_waker(&waker);
        let (mut due, mut later) =
            (pin!(alarms.set(Duration::ZERO)), pin!(alarms.set(Duration::MAX / 4)));
        *due.0.waker.borrow_mut() = Some(waker.clone());
        assert!(later.as_mut().poll(&mut cx).is_pending());
        drop(alarms.set(Duration::ZERO));
        alarms.ring();
        assert_eq!((counted.0.load(Ordering::Relaxed), alarms.bells.borrow().len()), (1, 1));
        assert!(due.as_mut().poll(&mut cx).is_ready());
    }
}
