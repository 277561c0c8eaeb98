//! Bounds how many connections there are, in all and from one peer, and knows how many each worker has.
//!
//! Workers share it, as they do the application. It is asked when a connection
//! comes and told when it goes, and never while a request is handled.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipnet::IpNet;

/// How many connections there may be. Zero means any number.
///
/// The numbers are those of the whole server.
///
/// ```
/// # use httpz_core::net::ConnectionLimits;
/// let uncounted = vec!["10.0.0.0/8".parse()?]; // each a `httpz::config::IpNet`
/// let limits = ConnectionLimits { uncounted, ..ConnectionLimits::default() };
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Connections at the same time; one more is answered with 503 and closed. Default 25,000.
    pub max: usize,
    /// Connections at the same time from one address, or from one network of IPv6 (a /64 is what one
    /// customer has); one more is answered with 503 and closed. Default 1,000.
    pub per_peer: usize,
    /// New connections per second; more wait in the kernel's queue. Default 100,000.
    pub accept_rate: usize,
    /// Networks whose connections `per_peer` does not count; nor does it count those of `Config::proxies` and
    /// those over unix sockets. Default this machine: 127.0.0.0/8 and ::1.
    pub uncounted: Vec<IpNet>,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        let loopback = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        let [v4, v6]: [IpAddr; 2] = loopback;
        Self {
            max: 25_000,
            per_peer: 1_000,
            accept_rate: 100_000,
            uncounted: [IpNet::new(v4, 8), IpNet::new(v6, 128)].into_iter().flatten().collect(),
        }
    }
}

/// An address by which one customer is known: of IPv6, where each has a /64, that network.
#[doc(hidden)]
pub fn customer(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
        v4 => v4,
    }
}

/// Counts the connections of all workers.
#[derive(Debug)]
pub struct Gate {
    limits: ConnectionLimits,
    all: AtomicUsize,
    workers: Box<[Load]>,
    peers: Mutex<HashMap<IpAddr, usize>>,
}

/// What is known of a worker.
#[derive(Debug, Default)]
struct Load {
    connections: AtomicUsize,
    /// How many ticks it has heard.
    ticks: AtomicUsize,
}

/// A worker that is this many ticks behind another is held up by a handler that blocks its thread.
const BEHIND: usize = 3;

/// Why a connection may not come in: the setting that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There are as many as there may be.
    Full,
    /// There are as many from this peer as there may be.
    Peer,
}

impl Refused {
    /// The setting, for a log.
    pub const fn setting(self) -> &'static str {
        match self {
            Self::Full => "connections.max",
            Self::Peer => "connections.per_peer",
        }
    }
}

impl Gate {
    /// A gate to this many workers, which nobody has passed yet.
    pub fn new(limits: ConnectionLimits, workers: usize) -> Arc<Self> {
        let workers = (0..workers).map(|_| Load::default()).collect();
        Arc::new(Self { limits, all: AtomicUsize::new(0), workers, peers: Mutex::default() })
    }

    /// The worker that has the fewest connections; this one, if it is among them. Those that are held up do not count.
    pub fn least_loaded(&self, own: usize) -> usize {
        let ticks = |n: usize| self.workers[n].ticks.load(Ordering::Relaxed);
        let latest = (0..self.workers.len()).map(ticks).max().unwrap_or_default();
        let moves = |n: &usize| ticks(*n) + BEHIND > latest;
        let load = |n: &usize| (self.workers[*n].connections.load(Ordering::Relaxed), *n != own);
        (0..self.workers.len()).filter(moves).min_by_key(load).unwrap_or(own)
    }

    /// Notes that a worker has heard a tick.
    pub fn tick(&self, worker: usize) {
        self.workers[worker].ticks.fetch_add(1, Ordering::Relaxed);
    }

    /// Lets a connection in, which is counted until its pass is dropped.
    ///
    /// # Errors
    ///
    /// When there are too many.
    pub fn admit(self: &Arc<Self>, peer: Option<IpAddr>) -> Result<Pass, Refused> {
        let before = self.all.fetch_add(1, Ordering::Relaxed);
        // Made at once, so that the count goes down again whatever happens.
        let mut pass = Pass { gate: self.clone(), peer: None, worker: None };
        if self.limits.max != 0 && before >= self.limits.max {
            return Err(Refused::Full);
        }
        if let Some(peer) = peer.and_then(|peer| self.counted(peer)) {
            let mut peers = self.peers();
            let count = peers.entry(peer).or_default();
            if *count >= self.limits.per_peer {
                return Err(Refused::Peer);
            }
            *count += 1;
            pass.peer = Some(peer);
        }
        Ok(pass)
    }

    /// The address under which this peer is counted, if it is.
    fn counted(&self, peer: IpAddr) -> Option<IpAddr> {
        let free = |network: &IpNet| network.contains(&peer.to_canonical());
        if self.limits.per_peer == 0 || self.limits.uncounted.iter().any(free) {
            return None;
        }
        Some(customer(peer))
    }

    /// How many connections there are.
    pub fn len(&self) -> usize {
        self.all.load(Ordering::Relaxed)
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn peers(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        // Poisoning is ignored: a count is changed in one step, so the map is always whole.
        self.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that was let in.
#[derive(Debug)]
pub struct Pass {
    gate: Arc<Gate>,
    peer: Option<IpAddr>,
    worker: Option<usize>,
}

impl Pass {
    /// Counts the connection for this worker, and no longer for another.
    pub fn count_for(&mut self, worker: usize) {
        if let Some(before) = self.worker.replace(worker) {
            self.gate.workers[before].connections.fetch_sub(1, Ordering::Relaxed);
        }
        self.gate.workers[worker].connections.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.gate.all.fetch_sub(1, Ordering::Relaxed);
        if let Some(worker) = self.worker {
            self.gate.workers[worker].connections.fetch_sub(1, Ordering::Relaxed);
        }
        let Some(peer) = self.peer else { return };
        let mut peers = self.gate.peers();
        if let Some(count) = peers.get_mut(&peer) {
            *count -= 1;
            if *count == 0 {
                peers.remove(&peer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(max: usize, per_peer: usize) -> Arc<Gate> {
        Gate::new(ConnectionLimits { max, per_peer, ..ConnectionLimits::default() }, 3)
    }

    fn ip(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn lets_in_as_many_as_there_may_be() {
        let gate = gate(2, 0);
        let passes = [gate.admit(None).unwrap(), gate.admit(None).unwrap()];
        assert_eq!(gate.admit(None).unwrap_err(), Refused::Full);
        assert_eq!(gate.len(), 2);
        drop(passes);
        assert!(gate.is_empty() && gate.admit(None).is_ok());
    }

    #[test]
    fn finds_the_worker_with_the_fewest() {
        let gate = gate(0, 0);
        let mut passes: Vec<Pass> = (0..3).map(|_| gate.admit(None).unwrap()).collect();
        for (n, pass) in passes.iter_mut().enumerate() {
            assert_eq!(gate.least_loaded(n), n, "a connection is not moved for nothing");
            pass.count_for(n);
        }
        passes.remove(1);
        assert_eq!(gate.least_loaded(0), 1);
        passes[0].count_for(1);
        assert_eq!(gate.least_loaded(2), 0);
        // The one with none is held up.
        (0..BEHIND).for_each(|_| [1, 2].iter().for_each(|n| gate.tick(*n)));
        assert_eq!(gate.least_loaded(2), 2);
    }

    #[test]
    fn counts_addresses_and_networks_of_ipv6() {
        let gate = gate(0, 1);
        for (first, second, fits) in [
            ("192.0.2.1", "192.0.2.2", true),
            ("192.0.2.1", "::ffff:192.0.2.1", false),
            ("2001:db8::1", "2001:db8::2", false),
            ("2001:db8::1", "2001:db8:0:1::1", true),
            ("127.0.0.1", "127.0.0.1", true),
        ] {
            let _first = gate.admit(ip(first)).unwrap();
            assert_eq!(gate.admit(ip(second)).is_ok(), fits, "{first} and {second}");
        }
        assert!(gate.is_empty() && gate.peers().is_empty());
    }
}
