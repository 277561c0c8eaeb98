//! What a worker can be told from outside its thread.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tokio::sync::Notify;

/// What a worker is told from outside its thread: a tick twice a second, and when to leave.
///
/// Only the worker keeps it alive, so a [`Weak`](std::sync::Weak) that cannot be upgraded says that the
/// worker has ended.
#[derive(Debug, Default)]
pub(super) struct Control {
    pub(super) tick: Notify,
    pub(super) leave: AtomicBool,
    /// Ticks that the worker has not heard yet.
    missed: AtomicU32,
}

impl Control {
    /// Tells the worker that another tick has gone by; says how many before it were missed.
    pub(super) fn send_tick(&self) -> u32 {
        self.tick.notify_one();
        self.missed.fetch_add(1, Ordering::Relaxed)
    }

    /// Waits for the next tick.
    pub(super) async fn next_tick(&self) {
        self.tick.notified().await;
        self.missed.store(0, Ordering::Relaxed);
    }
}
