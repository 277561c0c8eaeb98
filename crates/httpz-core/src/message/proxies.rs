//! Which proxies are trusted to name the client of a request.
//!
//! Here are the settings, and the walk from the peer towards the client; `client` reads what proxies write.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::error::{Error, Result};

/// Which proxies are trusted to name the client, and in which field they do.
///
/// ```
/// # use httpz_core::{Config, Proxies};
/// let proxies = Proxies::trusting(["10.0.0.0/8", "192.168.1.7"])?;
/// let config = Config { proxies, ..Config::default() };
/// # Ok::<(), httpz_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies {
    /// The networks of trusted proxies. An IPv4 network written as an IPv6 one (`::ffff:10.0.0.0/104`) is an
    /// error at start. As soon as there is any network, peers on unix sockets are trusted as well, since the
    /// file's mode says who can connect. Default none.
    pub trusted: Vec<IpNet>,
    /// The field that these proxies write. Default `X-Forwarded-For`.
    pub field: ProxyField,
}

/// Where a proxy says whom a request is from.
///
/// Only one of them is read: a proxy that writes the one passes the other on as the client sent it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyField {
    /// `X-Forwarded-For`, with `X-Forwarded-Proto` and `X-Forwarded-Host` beside it.
    #[default]
    XForwarded,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

impl Proxies {
    /// Trusts these networks (`10.0.0.0/8`) and addresses (`192.168.1.7`).
    ///
    /// # Errors
    ///
    /// When one of them is neither.
    pub fn trusting<'a>(networks: impl IntoIterator<Item = &'a str>) -> Result<Self> {
        let trusted = networks.into_iter().map(network).collect::<Result<_>>()?;
        Ok(Self { trusted, field: ProxyField::default() })
    }

    /// Sets the field that these proxies write.
    #[must_use]
    pub fn field(self, field: ProxyField) -> Self {
        Self { field, ..self }
    }

    /// Is the peer with this address trusted? A peer without an address is on a unix socket.
    pub(super) fn trusts(&self, addr: Option<IpAddr>) -> bool {
        match addr {
            Some(addr) => self.trusted.iter().any(|network| network.contains(&addr)),
            None => !self.trusted.is_empty(),
        }
    }

    /// Walks from the peer towards the client, as far as what is said can be trusted.
    pub(super) fn walk(
        &self,
        peer: Option<IpAddr>,
        hops: impl Iterator<Item = Option<IpAddr>>,
    ) -> Option<IpAddr> {
        let mut client = peer;
        for hop in hops {
            match hop {
                Some(hop) if self.trusts(client) => client = Some(hop),
                _ => break,
            }
        }
        client
    }
}

fn network(text: &str) -> Result<IpNet> {
    let text = text.trim();
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse::<IpNet>().or_else(|_| address()).map_err(|_| {
        let why = "is neither a network (10.0.0.0/8) nor an address (192.168.1.7)";
        Error::status(500, format!("trusted proxy {text:?} {why}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_no_network() {
        let error = Proxies::trusting(["10.0.0.0/33"]).unwrap_err().to_string();
        assert!(error.contains("10.0.0.0/33") && error.contains("192.168.1.7"), "{error}");
    }

    #[test]
    fn unix_sockets_are_trusted_once_anybody_is() {
        assert!(!Proxies::default().trusts(None));
        assert!(Proxies::trusting(["192.0.2.7"]).unwrap().trusts(None));
    }
}
