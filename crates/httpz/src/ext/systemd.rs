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
/// Where a place says that a PROXY header or a TLS handshake comes first, that holds for the socket in its stead: the
/// first socket is the first place, and so on.
///
/// # Errors
///
/// As for [`sockets`], or when `places` is malformed. Also when one of them says so and there are not as many as sockets.
pub fn sockets_or(places: impl Places) -> Result<Vec<Listen>> {
    stand_for(places.places()?, sockets()?)
}

fn stand_for(places: Vec<Listen>, sockets: Vec<Listen>) -> Result<Vec<Listen>> {
    if sockets.is_empty() {
        return Ok(places);
    }
    if places.len() == sockets.len() {
        let pairs = places.into_iter().zip(sockets);
        return Ok(pairs.map(|(place, socket)| place.with_sockets_of(|_| socket)).collect());
    }
    let begins_otherwise =
        |place: &&Listen| matches!(place, Listen::Proxied(_) | Listen::Tls { .. });
    match places.iter().find(begins_otherwise) {
        None => Ok(sockets),
        Some(place) => {
            let why = format!(
                "LISTEN_FDS: there are {} sockets and {} places, so nobody can tell which of them is `{place}`; \
                 name a place for each socket",
                sockets.len(),
                places.len()
            );
            Err(Error::status(500, why))
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sockets(n: usize) -> Vec<Listen> {
        let one = || std::net::TcpListener::bind("127.0.0.1:0").expect("there is a port");
        let one = |_| Listen::inherited(vec![one().into()]).expect("it listens");
        (0..n).map(one).collect()
    }

    /// A socket in place of one that speaks TLS was served in plain text.
    #[test]
    fn a_socket_is_served_as_the_place_that_it_stands_for() {
        let places = |texts: &[&str]| texts.places().expect("they are places");
        let begins = |place: &Listen| place.to_string().split("127").next().map(str::to_owned);
        for (texts, expected) in [
            (&["127.0.0.1:1", "tls:127.0.0.1:2"][..], Some(["", "tls:"])),
            (&["proxy:tls:127.0.0.1:2", "127.0.0.1:1"], Some(["proxy:tls:", ""])),
            (&["127.0.0.1:1"], Some(["", ""])),
            (&["tls:127.0.0.1:1"], None),
        ] {
            let stood = stand_for(places(texts), sockets(2)).ok();
            let begin = stood.map(|stood| stood.iter().filter_map(begins).collect::<Vec<_>>());
            assert_eq!(begin, expected.map(|it| it.map(str::to_owned).to_vec()), "{texts:?}");
        }
        assert_eq!(
            stand_for(places(&["tls:127.0.0.1:1"]), Vec::new()).expect("it is one").len(),
            1
        );
    }
}
