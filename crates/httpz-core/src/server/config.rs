//! Everything that can be set, with the names and defaults of http.zig where it has them.
//!
//! [`Config`] only gathers sections; each room is handed its own and never sees the rest.

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::thread::available_parallelism;
use std::time::Duration;

use super::listen::Listen;
use super::tls::{Flaw, Tls};
use crate::exchange::PoolLimits;
use crate::memory::Sizes;
use crate::message::Proxies;
use crate::net::timed::TICKS_PER_SECOND;
use crate::net::{ConnectionLimits, Timeouts};
use crate::proto::Limits;

/// How a server runs.
///
/// Write `..Config::default()` for the fields that you do not set, and the same in its sections: fields may be added in
/// any release.
///
/// ```
/// # use httpz_core::Config;
/// let config = Config { port: 8080, workers: 2, ..Config::default() };
/// assert!(config.check().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where to listen: any number of TCP addresses and unix sockets. When it is empty, the server listens at
    /// `address` and `port`; otherwise these two must keep their defaults. Default empty.
    pub listen: Vec<Listen>,
    /// The address to listen on; one that is not ours is an error at start. Default 127.0.0.1, so that
    /// nothing is open to the network that was not meant to be.
    pub address: IpAddr,
    /// The port to listen on; 0 lets the system choose, one that is taken is an error at start. Default
    /// 5882.
    pub port: u16,
    /// Worker threads, at most 1024; 0 for one per core available to the process. Default 0.
    pub workers: usize,
    /// Connections that the kernel queues for each worker until they are accepted; the clients of more have to
    /// try again. The kernel has a maximum of its own (`net.core.somaxconn`). Default 1024.
    pub backlog: u32,
    /// How many connections there may be.
    pub connections: ConnectionLimits,
    /// Requests that one connection may make; 0 for any number. The last answer says `Connection: close`; a
    /// client that goes on opens a new connection, perhaps to a worker with less to do. Default 1,000,000.
    pub max_requests: u64,
    /// How many exchanges there are.
    pub pool: PoolConfig,
    /// What is accepted.
    pub request: RequestConfig,
    /// What is answered.
    pub response: ResponseConfig,
    /// Whose word about the client's address is taken.
    pub proxies: Proxies,
    /// How long peers may keep us waiting.
    pub timeouts: Timeouts,
    /// How long each phase of the end takes.
    pub shutdown: ShutdownConfig,
    /// The certificate of places that are written as text with `tls:` in front. Feature `tls`.
    pub tls: TlsConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: Vec::new(),
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 5882,
            workers: 0,
            backlog: 1024,
            connections: ConnectionLimits::default(),
            max_requests: 1_000_000,
            pool: PoolConfig::default(),
            request: RequestConfig::default(),
            response: ResponseConfig::default(),
            proxies: Proxies::default(),
            timeouts: Timeouts::default(),
            shutdown: ShutdownConfig::default(),
            tls: TlsConfig::default(),
        }
    }
}

/// How many exchanges (pairs of request and response with their buffers) there are.
///
/// The numbers are those of the whole server; each worker gets its share, rounded up. A request in
/// flight holds an exchange, and so do an event stream and a tunnel; an idle connection holds none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolConfig {
    /// Exchanges that are made at start and kept; with 0 even the first request has to have its buffers made.
    /// Default 20.
    pub min: usize,
    /// Requests in flight at the same time, at most; one more waits for an exchange. Default 500, which
    /// with the largest bodies takes about 650 MiB (see [`Config::footprint`]).
    pub max: usize,
    /// Event streams and tunnels (WebSockets, say) at the same time, at most; a request for one more is answered
    /// with 503 and `Retry-After`. With 0 there are none. They hold exchanges too, but are not counted in `max`.
    /// Default 2000, which takes about 260 MiB more at most.
    pub streams: usize,
    /// How long a request waits for an exchange; then it is answered with 503 and `Retry-After`. Zero for any time.
    /// Default 5 s.
    pub timeout: Duration,
}

impl Default for PoolConfig {
    fn default() -> Self {
        Self { min: 20, max: 500, streams: 2000, timeout: Duration::from_secs(5) }
    }
}

/// How long each phase of the end takes, from [`Handle::shutdown`](super::Handle::shutdown) on.
///
/// 1. `not_ready`: everything is served as before, but
///    [`Request::is_draining`](crate::Request::is_draining) is true, and the readiness endpoint says so:
///    a proxy can send its requests to another server first.
/// 2. Every answer says `Connection: close`, event streams end, all connections that the kernel has
///    completed are accepted, and then nobody listens any more.
/// 3. `idle`: connections between two requests are kept for this long, since a request may be on its way.
/// 4. Requests in flight are answered, until `deadline`; what is busy then is cut.
///
/// Times are met up to half a second late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShutdownConfig {
    /// How long the server says that it is not ready, and serves on. Should be longer than the proxy in front
    /// takes to notice; zero when none asks. Default 0.
    pub not_ready: Duration,
    /// How long idle connections are kept after that. Default 500 ms.
    pub idle: Duration,
    /// From the end of `not_ready` until connections that are still busy are cut. Should be shorter than the
    /// supervisor waits before it kills the process. Default 25 s.
    pub deadline: Duration,
}

impl Default for ShutdownConfig {
    fn default() -> Self {
        Self {
            not_ready: Duration::ZERO,
            idle: Duration::from_millis(500),
            deadline: Duration::from_secs(25),
        }
    }
}

/// The certificate of places that are written as text, as in `tls:0.0.0.0:8443`; others have one of their own
/// (`Listen::tls`).
///
/// With places that need it and without one, or with one and without such places, the server does not start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsConfig {
    /// The file of the certificate, in PEM, followed by those that lead to its root. Default none.
    pub certificate: Option<PathBuf>,
    /// The file of its key, in PEM. Default none.
    pub key: Option<PathBuf>,
}

/// What is accepted of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestConfig {
    /// Bytes of a body without its framing; a larger one is answered with 413 when it is to be read, which is
    /// after the guards. Groups and routes may set another (`Group::limit`). With 0
    /// every body is too large. Default 1 MiB.
    pub max_body_size: usize,
    /// Bytes of the buffer that holds the head, and the body when it fits; a head over it is
    /// answered with 431. Allocated for every exchange. 1 KiB to 16 MiB; default 64 KiB.
    pub buffer_size: usize,
    /// Bytes of the target; a longer one is answered with 414. Default 8 KiB, what RFC 9112 asks
    /// servers to take at least.
    pub max_target_size: usize,
    /// Field lines; more are answered with 431. Default 32, at most 128.
    pub max_header_count: usize,
    /// Parameters of a route's path; a route with more is an error at start. Default 10.
    pub max_param_count: usize,
    /// Parameters of a query or form; more are answered with 400 when a handler asks for them. Default
    /// 32.
    pub max_query_count: usize,
}

impl Default for RequestConfig {
    fn default() -> Self {
        let limits = Limits::default();
        Self {
            max_body_size: limits.body as usize,
            buffer_size: limits.head,
            max_target_size: limits.target,
            max_header_count: limits.fields,
            max_param_count: 10,
            max_query_count: limits.query_pairs,
        }
    }
}

/// What an answer may be made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseConfig {
    /// Bytes of all field lines that a handler sets; more make the answer a 500 with a log line. 64 to
    /// 16 MiB; default 4 KiB.
    pub header_buffer_size: usize,
    /// Bytes kept for a body that is generated, as JSON and what is written piece by piece; a larger one
    /// allocates and gives back. 0 is right when answers are hardly ever generated. At most 16 MiB;
    /// default 32 KiB.
    pub body_buffer_size: usize,
    /// Field lines that a handler sets; more make the answer a 500 with a log line. At most 1024; default
    /// 16.
    pub max_header_count: usize,
}

impl Default for ResponseConfig {
    fn default() -> Self {
        let sizes = Sizes::default();
        Self {
            header_buffer_size: sizes.fields,
            body_buffer_size: sizes.body,
            max_header_count: sizes.response_fields,
        }
    }
}

/// A mistake in a [`Config`]: which field, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    field: Cow<'static, str>,
    mend: String,
}

impl ConfigError {
    pub(super) fn new(field: impl Into<Cow<'static, str>>, mend: String) -> Self {
        Self { field: field.into(), mend }
    }

    /// The path of the field, as in `request.buffer_size`, or the name of its variable, as in
    /// `HTTPZ_REQUEST_BUFFER_SIZE`.
    pub fn field(&self) -> &str {
        &self.field
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "configuration: {} {}", self.field, self.mend)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// The places to listen at, with certificates where they need one.
    pub(super) fn places(&self) -> Result<Vec<Listen>, ConfigError> {
        let places = match self.listen.is_empty() {
            true => vec![Listen::tcp((self.address, self.port))],
            false => self.listen.clone(),
        };
        let (Some(certificate), Some(key)) = (&self.tls.certificate, &self.tls.key) else {
            return Ok(places);
        };
        let tls = Tls::from_files(certificate.clone(), key.clone());
        let tls = tls.map_err(|Flaw { of_key, mend }| {
            ConfigError::new(if of_key { "tls.key" } else { "tls.certificate" }, mend)
        })?;
        Ok(places.into_iter().map(|place| place.with_tls(&tls)).collect())
    }

    /// How many workers there will be.
    pub fn worker_count(&self) -> usize {
        match self.workers {
            0 => available_parallelism().map_or(1, usize::from),
            n => n,
        }
    }

    /// How many connections there may be; proxies are not counted as peers.
    pub(super) fn connection_limits(&self) -> ConnectionLimits {
        let mut limits = self.connections.clone();
        limits.uncounted.extend(&self.proxies.trusted);
        limits
    }

    /// New connections that one worker takes in per tick.
    pub(super) fn accept_share(&self) -> usize {
        match self.connections.accept_rate {
            0 => usize::MAX,
            rate => rate.div_ceil(self.worker_count() * TICKS_PER_SECOND),
        }
    }

    /// The limits of the protocol.
    pub fn limits(&self) -> Limits {
        Limits {
            head: self.request.buffer_size,
            target: self.request.max_target_size,
            fields: self.request.max_header_count,
            body: self.request.max_body_size as u64,
            query_pairs: self.request.max_query_count,
        }
    }

    /// The sizes of an exchange.
    pub fn sizes(&self) -> Sizes {
        Sizes {
            inbound: self.request.buffer_size,
            fields: self.response.header_buffer_size,
            body: self.response.body_buffer_size,
            request_fields: self.request.max_header_count,
            response_fields: self.response.max_header_count,
        }
    }

    /// The share of each worker in the pool.
    pub fn pool_share(&self) -> PoolLimits {
        let workers = self.worker_count();
        PoolLimits { min: self.pool.min.div_ceil(workers), max: self.pool.max.div_ceil(workers) }
    }

    /// The share of each worker in the event streams and tunnels.
    pub fn stream_share(&self) -> usize {
        self.pool.streams.div_ceil(self.worker_count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_the_pool_among_the_workers() {
        let config = Config { workers: 3, ..Config::default() };
        assert_eq!(config.pool_share(), PoolLimits { min: 7, max: 167 });
    }
}
