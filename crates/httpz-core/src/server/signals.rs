//! The signals that end a server.

use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::Result;

/// SIGINT and SIGTERM, received from when this is made: they no longer end the process by themselves.
///
/// For [`Handle::wait_for`](super::Handle::wait_for). It blocks, so make, use and drop it outside of async code.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
    runtime: Runtime,
}

impl Signals {
    /// Begins to receive them.
    ///
    /// # Errors
    ///
    /// When the system does not let us.
    pub fn new() -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let entered = runtime.enter();
        let interrupt = signal(SignalKind::interrupt())?;
        let terminate = signal(SignalKind::terminate())?;
        drop(entered);
        Ok(Self { interrupt, terminate, runtime })
    }

    /// Waits this long for one of them.
    pub(super) fn comes_within(&mut self, time: Duration) -> bool {
        let Self { interrupt, terminate, runtime } = self;
        let one_comes = std::future::poll_fn(|cx| {
            // Both are asked, so that both wake us.
            let came = [interrupt.poll_recv(cx), terminate.poll_recv(cx)];
            came.into_iter().find(|came| came.is_ready()).unwrap_or(std::task::Poll::Pending)
        });
        runtime.block_on(async { tokio::time::timeout(time, one_comes).await.is_ok() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_that_comes_before_anybody_waits_is_kept() {
        let mut signals = Signals::new().unwrap();
        assert!(!signals.comes_within(Duration::ZERO));
        let us = std::process::id().to_string();
        let sent = std::process::Command::new("kill").args(["-TERM", &us]).status().unwrap();
        assert!(sent.success());
        assert!(signals.comes_within(Duration::from_secs(10)));
    }
}
