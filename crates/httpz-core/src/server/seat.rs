//! What a worker can be told from outside its thread.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tokio::sync::Notify;

/// What a worker hears from outside its thread: a knock twice a second, and whether to leave.
///
/// The worker alone keeps it alive, so everybody else knows by its absence that the worker ended.
#[derive(Debug, Default)]
pub(super) struct Seat {
    pub(super) knock: Notify,
    pub(super) leave: AtomicBool,
    /// Knocks that the worker has not heard yet.
    unheard: AtomicU32,
}

impl Seat {
    /// Tells the worker that another tick has gone by; says how many it has not heard before.
    pub(super) fn knock(&self) -> u32 {
        self.knock.notify_one();
        self.unheard.fetch_add(1, Ordering::Relaxed)
    }

    /// Waits for the next knock.
    pub(super) async fn heard(&self) {
        self.knock.notified().await;
        self.unheard.store(0, Ordering::Relaxed);
    }
}
