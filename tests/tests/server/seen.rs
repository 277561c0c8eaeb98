//! What the handlers of a server have seen, for tests that look from outside.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use httpz::prelude::*;

#[derive(Default)]
pub(super) struct Seen {
    pub(super) begun: AtomicUsize,
    pub(super) dropped: AtomicUsize,
    pub(super) finished: AtomicUsize,
    /// Bodies that ended before their time.
    pub(super) cut: AtomicUsize,
    /// Has the peer left?
    pub(super) left: AtomicBool,
    pub(super) clients: Mutex<Vec<String>>,
}

/// Counts what is dropped.
pub(super) struct Counts(pub(super) &'static Seen);

impl Drop for Counts {
    fn drop(&mut self) {
        self.0.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

/// Waits for something that never happens.
pub(super) async fn wait(seen: &&'static Seen, _: &Request, _: &mut Response) {
    let _counts = Counts(seen);
    seen.begun.fetch_add(1, Ordering::Relaxed);
    std::future::pending().await
}
