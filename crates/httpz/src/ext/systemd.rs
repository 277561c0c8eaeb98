//! Sockets opened by a supervisor, and telling it how the server is. Feature `systemd`.
//!
//! With socket activation the supervisor holds the port: the server needs no privilege to listen, and
//! connections wait in the kernel while it restarts. The protocol (`LISTEN_FDS`, `NOTIFY_SOCKET`) is
//! systemd's, and others speak it too.
//!
//! ```no_run
//! use httpz::prelude::*;
//! use httpz::ext::systemd;
//!
//! fn main() -> httpz::Result {
//!     let server = App::new((), |r| r.get("/", handler(|_, _| "hello")))
//!         .start_on(systemd::sockets_or("127.0.0.1:5882")?)?;
//!     systemd::ready(&server);
//!     server.wait_for_signal()
//! }
//! ```

use std::os::fd::OwnedFd;

use listenfd::ListenFd;
use sd_notify::NotifyState;

use httpz_core::log;

use crate::{Error, Handle, Listen, Places, Result};

/// The sockets that this process was started with; empty when there are none.
///
/// The first call takes them: a later one finds none.
///
/// # Errors
///
/// When one of them is neither a TCP nor a unix socket that listens.
pub fn sockets() -> Result<Vec<Listen>> {
    let mut passed = ListenFd::from_env();
    (0..passed.len()).map(|n| socket(&mut passed, n)).collect()
}

/// The sockets that this process was started with, or `places` when there are none.
///
/// # Errors
///
/// As for [`sockets`], or when `places` is malformed.
pub fn sockets_or(places: impl Places) -> Result<Vec<Listen>> {
    let passed = sockets()?;
    if passed.is_empty() { places.places() } else { Ok(passed) }
}

fn socket(passed: &mut ListenFd, n: usize) -> Result<Listen> {
    let taken: Option<OwnedFd> = match passed.take_tcp_listener(n) {
        Ok(tcp) => tcp.map(Into::into),
        // What is no TCP socket is left in its place.
        Err(_) => {
            passed.take_unix_listener(n).map(|unix| unix.map(Into::into)).map_err(|error| {
                Error::status(500, format!("LISTEN_FDS: socket {n} cannot be served: {error}"))
            })?
        }
    };
    Listen::inherited(taken.into_iter().collect())
}

/// Tells the supervisor that the server is ready, and later that it is ending.
///
/// Does nothing when nobody wants to know (`NOTIFY_SOCKET` is not set).
pub fn ready(server: &Handle) {
    if std::env::var_os("NOTIFY_SOCKET").is_none() {
        return;
    }
    tell(&[NotifyState::Ready, NotifyState::MainPid(std::process::id())]);
    server.on_shutdown(|| tell(&[NotifyState::Stopping]));
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        log::trouble(format_args!("cannot tell the supervisor: {error}"));
    }
}
