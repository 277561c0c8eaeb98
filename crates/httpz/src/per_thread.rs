//! State that is not shared: each worker thread has its own.
//!
//! Workers do not share a request, so what they share besides the application's state should be
//! chosen. A cache or a counter that may differ between threads needs no lock when each has one.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

thread_local! {
    /// What this thread has of each [`PerThread`], by its number.
    static VALUES: RefCell<HashMap<u64, Rc<dyn Any>>> = RefCell::default();
}

/// A value of which every thread has one of its own, made when it first asks.
///
/// Put it into the application's state like any other value; what it holds need not be `Sync`. The
/// values live until their threads end.
///
/// What is counted in one is counted by each worker: a limit of ten requests a second is one of forty
/// with four workers, for a client whose connections fall to all of them. Divide it by
/// [`Config::worker_count`](crate::Config::worker_count), or share an atomic where it has to be exact.
///
/// ```
/// use std::cell::Cell;
///
/// use httpz::PerThread;
/// use httpz::prelude::*;
///
/// struct State {
///     hits: PerThread<Cell<u64>>,
/// }
///
/// fn hit(state: &State, _: &Request, _: &mut Response) -> String {
///     let hits = state.hits.get();
///     hits.set(hits.get() + 1);
///     format!("{} hits on this thread", hits.get())
/// }
///
/// let state = State { hits: PerThread::new(|| Cell::new(0)) };
/// let app = App::new(state, |r| r.get("/", hit));
/// # let client = httpz::testing::Client::new(app);
/// # client.get("/");
/// # client.get("/").text("2 hits on this thread");
/// ```
pub struct PerThread<T> {
    number: u64,
    make: Box<dyn Fn() -> T + Send + Sync>,
}

impl<T: 'static> PerThread<T> {
    /// A value that each thread makes like this.
    pub fn new(make: impl Fn() -> T + Send + Sync + 'static) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self { number: NEXT.fetch_add(1, Ordering::Relaxed), make: Box::new(make) }
    }

    /// The value of this thread.
    pub fn get(&self) -> Rc<T> {
        let known = VALUES.with_borrow(|values| values.get(&self.number).cloned());
        let value = known.unwrap_or_else(|| {
            // Made while nothing is borrowed: it may ask for another value of the thread.
            let value: Rc<dyn Any> = Rc::new((self.make)());
            VALUES.with_borrow_mut(|values| values.entry(self.number).or_insert(value).clone())
        });
        value.downcast().expect("a number belongs to one PerThread and so to one type")
    }
}

impl<T> fmt::Debug for PerThread<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerThread").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::thread;

    use super::*;

    #[test]
    fn each_thread_has_its_own() {
        let (first, second) = (PerThread::new(|| Cell::new(1)), PerThread::new(|| Cell::new("a")));
        first.get().set(2);
        assert_eq!((first.get().get(), second.get().get()), (2, "a"));
        thread::scope(|scope| {
            scope.spawn(|| assert_eq!(first.get().get(), 1));
        });
        assert_eq!(first.get().get(), 2);
    }

    #[test]
    fn making_one_may_ask_for_another() {
        let inner = std::sync::Arc::new(PerThread::new(|| 20));
        let outer = PerThread::new(move || *inner.get() + 1);
        assert_eq!(*outer.get(), 21);
    }
}
