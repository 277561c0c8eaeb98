//! Workers on threads of their own, and the handle that ends them.
//!
//! Each worker is one thread with its own runtime, listener, pool, clock and connections; a request
//! never leaves the thread that accepted it. Workers share the application and nothing else.
//!
//! The tick comes from one plain thread for all workers rather than from a timer in each runtime: a
//! runtime with a pending timer consults its wheel at every park, which would be paid by requests.

mod config;
mod handle;
mod seat;
mod worker;

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::net::listen;
use crate::service::Service;

pub use config::{Config, ConfigError, PoolConfig, RequestConfig, ResponseConfig};
pub use handle::Handle;

/// A server, about to be started.
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
    /// A mistake in the configuration, named by its field, before anything is opened; or what the
    /// system says to the address.
    pub fn start(service: impl Service, config: Config) -> Result<Handle> {
        config.check()?;
        let addr = config.addr();
        let taken = |error: std::io::Error| {
            Error::status(500, format!("cannot listen on {addr}: {error}")).with_source(error)
        };
        listen::check_free(addr).map_err(taken)?;
        let workers = config.worker_count();
        let listeners = listen::bind(addr, workers, config.backlog).map_err(taken)?;
        let addr = listeners[0].local_addr().map_err(taken)?;
        let (handle, seats) = handle::seats(addr, workers)?;
        let (service, config) = (Arc::new(service), Arc::new(config));
        for (seat, listener) in seats.into_iter().zip(listeners) {
            handle.spawn(seat, listener, service.clone(), config.clone())?;
        }
        Ok(handle)
    }
}
