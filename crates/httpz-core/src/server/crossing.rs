//! Connections that one worker accepts and another serves.
//!
//! Where workers share a listening socket the kernel spreads nothing: whoever is awake takes what has come, and takes
//! all of it. So whoever accepts gives the connection to the worker that has the fewest.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::task::{Context, Poll};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::entry::Entry;
use crate::net::{Detached, Pass};

/// A connection on its way to another worker.
pub(super) struct Crossing {
    pub(super) stream: Detached,
    pub(super) peer: Option<SocketAddr>,
    pub(super) pass: Pass,
    pub(super) entry: Entry,
}

/// One worker's ends of the ways to all others.
pub(super) struct Crossings {
    /// The number of this worker.
    pub(super) worker: usize,
    to: Vec<UnboundedSender<Crossing>>,
    here: RefCell<UnboundedReceiver<Crossing>>,
}

impl Crossings {
    /// One for each of this many workers.
    pub(super) fn among(workers: usize) -> Vec<Self> {
        let (to, here): (Vec<_>, Vec<_>) = (0..workers).map(|_| unbounded_channel()).unzip();
        let ends = |(worker, here)| Self { worker, to: to.clone(), here: RefCell::new(here) };
        here.into_iter().enumerate().map(ends).collect()
    }

    /// Sends a connection to this worker; gives it back when that takes none any more.
    pub(super) fn send(&self, worker: usize, crossing: Crossing) -> Option<Crossing> {
        match self.to.get(worker) {
            Some(to) => to.send(crossing).err().map(|refused| refused.0),
            None => Some(crossing),
        }
    }

    /// The next that comes here; pending for ever once the way is closed.
    pub(super) fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Crossing> {
        match self.here.borrow_mut().poll_recv(cx) {
            Poll::Ready(Some(crossing)) => Poll::Ready(crossing),
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }

    /// Takes no more from now on; gives what has been sent before.
    pub(super) fn close(&self) -> impl Iterator<Item = Crossing> {
        let mut here = self.here.borrow_mut();
        here.close();
        std::iter::from_fn(|| here.try_recv().ok()).collect::<Vec<_>>().into_iter()
    }
}
