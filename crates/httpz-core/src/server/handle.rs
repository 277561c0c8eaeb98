//! What the caller holds of a running server: its addresses, and the means to end it.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, JoinHandle};

use super::Config;
use super::acceptor::Entrance;
use super::control::Control;
use super::listen::Listen;
use super::open::Door;
use super::signals::Signals;
use super::worker::Worker;
use crate::error::{Error, Result};
use crate::log;
use crate::net::timed::TICK;
use crate::net::unix::SocketFile;
use crate::service::Service;

/// Ticks that a worker may miss before that is reported; it is reported again whenever their number has
/// doubled.
const BLOCKED: u32 = 8;

/// A running server.
///
/// Dropping the handle leaves the server running.
#[derive(Clone, Debug)]
pub struct Handle {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    places: Vec<Listen>,
    live: Mutex<Option<Live>>,
    controls: Vec<Weak<Control>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    clock: Mutex<Option<JoinHandle<()>>>,
}

/// What one worker listens with.
#[derive(Debug, Default)]
pub(super) struct Listeners {
    pub(super) doors: Vec<Door>,
    pub(super) files: Arc<Vec<SocketFile>>,
}

/// What a server has until it is told to shut down.
#[derive(Default)]
pub(super) struct Live {
    /// The sockets of each place, for a successor.
    pub(super) sockets: Vec<(Listen, Vec<OwnedFd>)>,
    /// The files of those that are unix sockets.
    pub(super) files: Arc<Vec<SocketFile>>,
    /// What is called when it begins to end.
    hooks: Vec<Box<dyn FnOnce() + Send>>,
}

impl Live {
    pub(super) fn new(sockets: Vec<(Listen, Vec<OwnedFd>)>, files: Arc<Vec<SocketFile>>) -> Self {
        Self { sockets, files, hooks: Vec::new() }
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").field("sockets", &self.sockets).finish_non_exhaustive()
    }
}

/// A handle without workers yet, a control for each of them, and the clock that ticks for all.
pub(super) fn prepare(live: Live, workers: usize) -> Result<(Handle, Vec<Arc<Control>>)> {
    let places = live.sockets.iter().map(|(place, _)| place.clone()).collect();
    let controls: Vec<Arc<Control>> = (0..workers).map(|_| Arc::default()).collect();
    let ticked: Vec<Weak<Control>> = controls.iter().map(Arc::downgrade).collect();
    let known = ticked.clone();
    let clock = thread::Builder::new().name("httpz-clock".into()).spawn(move || {
        while tick_all(&ticked) {
            thread::park_timeout(TICK);
        }
    })?;
    let shared = Shared {
        places,
        live: Mutex::new(Some(live)),
        controls: known,
        threads: Mutex::default(),
        clock: Mutex::new(Some(clock)),
    };
    Ok((Handle { shared: Arc::new(shared) }, controls))
}

/// Sends every worker a tick; `false` when there is no worker left.
fn tick_all(controls: &[Weak<Control>]) -> bool {
    let mut any = false;
    for (n, control) in controls.iter().enumerate() {
        let Some(control) = control.upgrade() else { continue };
        any = true;
        let missed = control.send_tick();
        if missed >= BLOCKED && missed.is_power_of_two() {
            log::trouble(format_args!(
                "worker {n} has not moved for {:?}: a handler blocks its thread, and with it \
                 every connection of this worker; let it await, or move the work to a thread",
                TICK * missed
            ));
        }
    }
    any
}

impl Handle {
    pub(super) fn spawn<S: Service>(
        &self,
        control: Arc<Control>,
        entrance: Entrance,
        files: Arc<Vec<SocketFile>>,
        service: Arc<S>,
        config: Arc<Config>,
    ) -> Result {
        let n = lock(&self.shared.threads).len();
        let thread = thread::Builder::new().name(format!("httpz-{n}")).spawn(move || {
            if let Err(error) = Worker::run(&control, entrance, &files, service, &config) {
                log::trouble(format_args!("worker {n} ended: {error}"));
            }
            // The files of the sockets are removed with the last worker.
            drop(files);
            drop(control);
        });
        match thread {
            Ok(thread) => {
                lock(&self.shared.threads).push(thread);
                Ok(())
            }
            Err(error) => {
                self.shutdown();
                Err(Error::status(500, "cannot start a worker thread").with_source(error))
            }
        }
    }

    /// The first TCP address that the server listens on, with the port that the system has chosen if it was
    /// 0; `0.0.0.0:0` when it listens on unix sockets only.
    pub fn addr(&self) -> SocketAddr {
        let nowhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
        self.shared.places.iter().find_map(Listen::addr).unwrap_or(nowhere)
    }

    /// Every place that the server listens at, in the order of the configuration.
    pub fn places(&self) -> &[Listen] {
        &self.shared.places
    }

    /// Begins to shut the server down, and returns at once.
    ///
    /// No new connections are accepted, but those that the kernel had taken already are served.
    /// Requests in flight are answered, each with `Connection: close`; idle connections are closed
    /// after a moment, and what is still busy after a longer one is cut.
    /// [`ShutdownConfig`](super::ShutdownConfig) has the phases and their times. A second call does
    /// nothing.
    pub fn shutdown(&self) {
        // Dropped here: a copy of a listening socket would go on queueing connections.
        let live = lock(&self.shared.live).take();
        let Some(Live { hooks, .. }) = live else { return };
        hooks.into_iter().for_each(|hook| hook());
        for control in self.shared.controls.iter().filter_map(Weak::upgrade) {
            control.leave.store(true, Ordering::Release);
            control.tick.notify_one();
        }
    }

    /// Copies of the listening sockets, by place, for a successor to accept from; see
    /// [`Listen::taken_over`].
    ///
    /// # Errors
    ///
    /// When the server is ending already, or the system has no descriptors left.
    pub fn sockets(&self) -> Result<Vec<(Listen, Vec<OwnedFd>)>> {
        let live = lock(&self.shared.live);
        let Some(live) = &*live else {
            return Err(Error::status(500, "the server is ending, so its sockets are gone"));
        };
        let copies = live.sockets.iter().map(|(place, sockets)| {
            let sockets = sockets.iter().map(OwnedFd::try_clone);
            Ok((place.clone(), sockets.collect::<io::Result<_>>()?))
        });
        copies.collect()
    }

    /// Ends the server as [`Handle::shutdown`] does, and leaves the files of its sockets to a
    /// successor that has taken the sockets over.
    pub fn hand_over(&self) {
        if let Some(live) = &*lock(&self.shared.live) {
            live.files.iter().for_each(SocketFile::pass_on);
        }
        self.shutdown();
    }

    /// Blocks until the server has ended. Do not call it on a thread of an async runtime: whatever else that thread
    /// has to do would wait.
    pub fn wait(&self) {
        let threads = std::mem::take(&mut *lock(&self.shared.threads));
        for thread in threads {
            // A worker that panicked has said so on standard error.
            let _ = thread.join();
        }
        let clock = lock(&self.shared.clock).take();
        if let Some(clock) = clock {
            clock.thread().unpark();
            let _ = clock.join();
        }
    }

    /// Calls `hook` when the server begins to end, on the thread that ends it and before any
    /// worker knows; at once when it is ending already.
    ///
    /// ```
    /// # fn example(server: httpz_core::Handle) {
    /// server.on_shutdown(|| println!("no longer ready"));
    /// # }
    /// ```
    pub fn on_shutdown(&self, hook: impl FnOnce() + Send + 'static) {
        if let Some(live) = &mut *lock(&self.shared.live) {
            live.hooks.push(Box::new(hook));
            return;
        }
        hook();
    }

    /// Has [`Handle::shutdown`] been called?
    pub fn is_ending(&self) -> bool {
        lock(&self.shared.live).is_none()
    }

    /// Has every worker ended?
    pub fn is_finished(&self) -> bool {
        self.shared.controls.iter().all(|control| control.strong_count() == 0)
    }

    /// Serves until SIGINT or SIGTERM comes or [`Handle::shutdown`] is called, then ends the server
    /// and returns when it has ended. A second signal ends it at once.
    ///
    /// A signal that comes between the start of the server and this call ends the process as it would any
    /// other; [`Signals`] made before the start, for [`Handle::wait_for`], leave no such gap.
    ///
    /// # Errors
    ///
    /// When signals cannot be received, or when a second one ended the server before its last answers
    /// were sent.
    ///
    /// # Panics
    ///
    /// On a thread of an async runtime, which it would block: call it from `tokio::task::spawn_blocking` or a thread of
    /// your own.
    pub fn wait_for_signal(&self) -> Result {
        self.wait_for(Signals::new()?)
    }

    /// Like [`Handle::wait_for_signal`], with signals that have been received since before the server was
    /// started.
    ///
    /// # Errors
    ///
    /// When a second signal ended the server before its last answers were sent.
    ///
    /// # Panics
    ///
    /// As for [`Handle::wait_for_signal`].
    pub fn wait_for(&self, mut signals: Signals) -> Result {
        loop {
            match signals.comes_within(TICK) {
                true => break,
                false if self.is_finished() => return Ok(()),
                false => {}
            }
        }
        self.shutdown();
        while !self.is_finished() {
            if signals.comes_within(TICK / 10) {
                return Err(Error::status(500, "ended by a second signal"));
            }
        }
        self.wait();
        Ok(())
    }
}

/// Poisoning is ignored: what is locked here is whole whatever its last holder did.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
