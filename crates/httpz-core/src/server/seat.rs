//! What a worker can be told from outside its thread.

use std::sync::atomic::AtomicBool;

use tokio::sync::Notify;

/// What a worker hears from outside its thread: a knock twice a second, and whether to leave.
///
/// The worker alone keeps it alive, so everybody else knows by its absence that the worker ended.
#[derive(Debug, Default)]
pub(super) struct Seat {
    pub(super) knock: Notify,
    pub(super) leave: AtomicBool,
}
