//! The signals that end a server.
//!
//! Whoever receives a signal through the runtime takes it from the system for good: once nobody waits for them any
//! more, they would be lost, and a program that hangs while it tidies up could only be killed. So when the last
//! [`Signals`] is dropped, a thread takes over that does what the system would have done.

use std::future::poll_fn;
use std::pin::pin;
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;

use crate::error::Result;

/// How many [`Signals`] there are.
static RECEIVERS: AtomicUsize = AtomicUsize::new(0);
/// How many there have been.
static MADE: AtomicUsize = AtomicUsize::new(0);
/// Tells the thread that has taken over that there is another one.
static ANOTHER: Notify = Notify::const_new();

/// SIGINT and SIGTERM, received from when this is made until it is dropped: meanwhile they do not end the process by
/// themselves. When the last one is dropped, they end the process again, even if the program waits for them by other
/// means; one that does keeps a `Signals`.
///
/// For [`Handle::wait_for`](super::Handle::wait_for). It blocks, so make, use and drop it outside of async code.
#[derive(Debug)]
pub struct Signals {
    pair: Pair,
    runtime: Runtime,
}

/// The two, as one runtime receives them.
#[derive(Debug)]
struct Pair {
    interrupt: Signal,
    terminate: Signal,
}

impl Pair {
    /// To be called within a runtime.
    fn new() -> std::io::Result<Self> {
        let (interrupt, terminate) = (SignalKind::interrupt(), SignalKind::terminate());
        Ok(Self { interrupt: signal(interrupt)?, terminate: signal(terminate)? })
    }

    /// The next of them to come.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<SignalKind> {
        // Both are asked, so that both wake us.
        let interrupted = self.interrupt.poll_recv(cx).map(|_| SignalKind::interrupt());
        let terminated = self.terminate.poll_recv(cx).map(|_| SignalKind::terminate());
        if interrupted.is_ready() { interrupted } else { terminated }
    }
}

impl Signals {
    /// Begins to receive them.
    ///
    /// # Errors
    ///
    /// When the system does not let us.
    ///
    /// # Panics
    ///
    /// On a thread of an async runtime, which it would block.
    pub fn new() -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let pair = runtime.block_on(async { Pair::new() })?;
        RECEIVERS.fetch_add(1, Ordering::SeqCst);
        MADE.fetch_add(1, Ordering::SeqCst);
        ANOTHER.notify_waiters();
        Ok(Self { pair, runtime })
    }

    /// Waits this long for one of them.
    pub(super) fn comes_within(&mut self, time: Duration) -> bool {
        let Self { pair, runtime } = self;
        let one_comes = poll_fn(|cx| pair.poll_next(cx));
        runtime.block_on(async { tokio::time::timeout(time, one_comes).await.is_ok() })
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        let made = MADE.load(Ordering::SeqCst);
        if RECEIVERS.fetch_sub(1, Ordering::SeqCst) == 1 {
            let take_over = move || end_when_one_comes(made);
            // Without the thread they are lost, as they would be without this.
            let _ = thread::Builder::new().name("httpz-signals".into()).spawn(take_over);
        }
    }
}

/// Ends the process at the next of them, with the code that a shell gives to one that was ended by it; unless somebody
/// receives them again by then. `made` is how many [`Signals`] there had been: if there are more, somebody does.
fn end_when_one_comes(made: usize) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return;
    };
    runtime.block_on(async {
        let Ok(mut pair) = Pair::new() else { return };
        let mut another = pin!(ANOTHER.notified());
        another.as_mut().enable();
        let is_first = || MADE.load(Ordering::SeqCst) == made;
        let came = poll_fn(|cx| match pair.poll_next(cx) {
            Poll::Ready(signal) => Poll::Ready(Some(signal)),
            Poll::Pending if !is_first() => Poll::Ready(None),
            Poll::Pending => another.as_mut().poll(cx).map(|()| None),
        });
        if let Some(signal) = came.await
            && is_first()
        {
            process::exit(128 + signal.as_raw_value());
        }
    });
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
