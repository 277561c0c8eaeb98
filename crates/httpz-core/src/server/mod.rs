//! Workers on threads of their own, and the handle that ends them.
//!
//! Each worker is one thread with its own runtime, listener, pool and connections; a request
//! never leaves the thread that serves its connection. Workers share the application, the gate, the ways by which they
//! give each other connections (`crossing.rs`), and the ticks.
//!
//! The tick comes from one plain thread for all workers rather than from a timer in each runtime: a runtime
//! with a pending timer consults its timer wheel whenever it parks, and requests would pay for that.

mod acceptor;
mod blocking;
mod check;
mod config;
mod control;
mod crossing;
mod entry;
mod env;
mod footprint;
mod handle;
mod listen;
mod open;
#[cfg(feature = "proxy-protocol")]
mod proxied;
#[cfg(not(feature = "proxy-protocol"))]
#[path = "not_proxied.rs"]
mod proxied;
#[cfg(feature = "tls")]
mod secured;
mod signals;
#[cfg(not(feature = "tls"))]
#[path = "not_tls.rs"]
mod tls;
#[cfg(feature = "tls")]
mod tls;
mod worker;

use std::io;
use std::sync::Arc;

use crate::error::Result;
use crate::net::Gate;
use crate::net::unix::SocketFile;
use crate::service::Service;

pub(crate) use worker::unix_seconds;

use acceptor::Entrance;
use crossing::Crossings;
use handle::{Listeners, Live};
use listen::Opened;
use open::{Door, Listener};

pub use blocking::blocking;
pub use config::{
    Config, ConfigError, PoolConfig, RequestConfig, ResponseConfig, ShutdownConfig, TlsConfig,
};
pub use footprint::Footprint;
pub use handle::Handle;
pub use listen::{Listen, Places};
pub use open::Open;
pub use signals::Signals;
pub use tls::Tls;

/// Starts servers.
///
/// ```no_run
/// # use httpz_core::{Config, Server, Service};
/// # fn start(service: impl Service) -> httpz_core::Result {
/// let server = Server::start(service, Config { port: 0, ..Config::default() })?;
/// println!("listening on {}", server.addr());
/// server.shutdown();
/// server.wait();
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Server;

impl Server {
    /// Checks the configuration, opens the sockets and starts the workers.
    ///
    /// When this returns, connections are accepted.
    ///
    /// # Errors
    ///
    /// A mistake in the configuration, named by its field, before anything is opened; or what the system says
    /// about the address.
    pub fn start(service: impl Service, config: Config) -> Result<Handle> {
        config.check()?;
        let workers = config.worker_count();
        let (live, listeners) = open(&config.places()?, workers, config.backlog)?;
        let (handle, controls) = handle::prepare(live, workers)?;
        let gate = Gate::new(config.connection_limits(), workers);
        let crossings = Crossings::among(workers);
        let (service, config) = (Arc::new(service), Arc::new(config));
        let each = controls.into_iter().zip(listeners).zip(crossings);
        for ((control, Listeners { doors, files }), crossings) in each {
            let entrance = Entrance { doors, gate: gate.clone(), crossings };
            handle.spawn(control, entrance, files, service.clone(), config.clone())?;
        }
        Ok(handle)
    }
}

/// Opens all places for all workers.
fn open(wanted: &[Listen], workers: usize, backlog: u32) -> Result<(Live, Vec<Listeners>)> {
    let mut copies = Vec::new();
    let mut files = Vec::new();
    let mut listeners: Vec<Listeners> = (0..workers).map(|_| Listeners::default()).collect();
    for place in wanted {
        let entry = place.entry();
        let Opened { place, sockets, distinct } = place.open(workers, backlog)?;
        files.extend(place.file().map(|path| SocketFile::new(path.to_owned())));
        let duplicates = sockets.iter().flatten().take(distinct).map(Listener::duplicate);
        copies.push((place, duplicates.collect::<io::Result<_>>()?));
        for (listeners, sockets) in listeners.iter_mut().zip(sockets) {
            let door =
                |listener| Door { listener, entry: entry.clone(), shared: distinct < workers };
            listeners.doors.extend(sockets.into_iter().map(door));
        }
    }
    let files = Arc::new(files);
    for listeners in &mut listeners {
        listeners.files = files.clone();
    }
    Ok((Live::new(copies, files), listeners))
}
