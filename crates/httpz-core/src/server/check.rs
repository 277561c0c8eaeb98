//! Finds mistakes in a configuration before anything is opened.
//!
//! Every mistake names its field and says how to mend it. What depends on the machine (a port that is taken, a
//! missing folder) is not checked here: the system reports it when the place is opened.

use ipnet::IpNet;

use super::config::{Config, ConfigError, PoolConfig, TlsConfig};
use super::listen::Listen;
use super::proxied;
use super::tls;
use crate::proto::Limits;

/// Threads at most: more than any machine has cores, and less than it has descriptors.
const MOST_WORKERS: usize = 1024;
/// Field lines of an answer at most; every exchange has a table with a place for each.
const MOST_FIELDS: usize = 1024;
/// Bytes of each buffer of an exchange at most.
const MOST_BUFFERED: usize = 16 * 1024 * 1024;

impl Config {
    /// Looks for mistakes, without opening anything.
    ///
    /// # Errors
    ///
    /// The first mistake found.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.check_places()?;
        self.check_tls()?;
        self.check_networks()?;
        self.check_counts()?;
        self.check_sizes()
    }

    fn check_places(&self) -> Result<(), ConfigError> {
        let usual = Self::default();
        if !self.listen.is_empty() && (self.address, self.port) != (usual.address, usual.port) {
            return wrong(
                "listen",
                format!(
                    "takes the place of `address` and `port`, which are set too; add \
                     Listen::tcp(({:?}, {})) to it instead",
                    self.address, self.port
                ),
            );
        }
        for (n, place) in self.listen.iter().enumerate() {
            let unread = proxied::MISSING.filter(|_| place.is_proxied());
            let unspoken = tls::MISSING.filter(|_| place.is_secure());
            if let Some(mend) = unread.or(unspoken).or_else(|| place.mistake()) {
                return wrong("listen", format!("has `{place}`, {mend}"));
            }
            // The system chooses another port each time.
            let stays = place.addr().is_none_or(|addr| addr.port() != 0);
            let is_there = |other: &Listen| {
                other == place || (place.file().is_some() && other.file() == place.file())
            };
            if stays && self.listen[..n].iter().any(is_there) {
                return wrong("listen", format!("has `{place}` twice; take one out"));
            }
        }
        Ok(())
    }

    fn check_tls(&self) -> Result<(), ConfigError> {
        let TlsConfig { certificate, key } = &self.tls;
        let lacks = |place: &&Listen| place.is_secure() && place.tls_of().is_none();
        let lacking = self.listen.iter().find(lacks);
        match (certificate, key, lacking) {
            (None, _, Some(place)) => wrong(
                "tls.certificate",
                format!("is not set, and `{place}` needs one; name its file"),
            ),
            (Some(_), None, _) => {
                wrong("tls.key", "is not set; name the file with the key of tls.certificate".into())
            }
            (None, Some(_), None) => {
                wrong("tls.certificate", "is not set; name the file that belongs to tls.key".into())
            }
            (Some(_), Some(_), None) => wrong(
                "tls.certificate",
                "is set, but no place uses it; write `tls:` in front of one in `listen`".into(),
            ),
            (None, None, None) | (Some(_), Some(_), Some(_)) => Ok(()),
        }
    }

    fn check_networks(&self) -> Result<(), ConfigError> {
        let lists = [
            ("proxies.trusted", &self.proxies.trusted),
            ("connections.uncounted", &self.connections.uncounted),
        ];
        for (field, networks) in lists {
            let mapped = networks.iter().find_map(|network| Some((network, unmapped(network)?)));
            if let Some((network, meant)) = mapped {
                let why = "but peers of IPv4 are known by their own addresses";
                return wrong(field, format!("has `{network}`, {why}; write `{meant}`"));
            }
        }
        Ok(())
    }

    fn check_counts(&self) -> Result<(), ConfigError> {
        let PoolConfig { min, max, .. } = self.pool;
        if self.workers > MOST_WORKERS {
            let mend = format!("is {}; set at most {MOST_WORKERS}", self.workers);
            return wrong("workers", mend);
        }
        if max == 0 {
            return wrong("pool.max", "is 0, so no request could be served; set at least 1".into());
        }
        if min > max {
            return wrong("pool.min", format!("is {min}, above pool.max ({max}); lower it"));
        }
        let (asked, answered) = (self.request.max_header_count, self.response.max_header_count);
        if asked == 0 || asked > Limits::MAX_FIELDS {
            let most = Limits::MAX_FIELDS;
            return wrong("request.max_header_count", format!("is {asked}; set 1 to {most}"));
        }
        if answered > MOST_FIELDS {
            let mend = format!("is {answered}; set at most {MOST_FIELDS}");
            return wrong("response.max_header_count", mend);
        }
        Ok(())
    }

    fn check_sizes(&self) -> Result<(), ConfigError> {
        let (request, response) = (&self.request, &self.response);
        if request.buffer_size < 1024 {
            let size = request.buffer_size;
            return wrong(
                "request.buffer_size",
                format!("is {size}, too small for the head of a usual request; set at least 1024"),
            );
        }
        if response.header_buffer_size < 64 {
            let size = response.header_buffer_size;
            return wrong("response.header_buffer_size", format!("is {size}; set at least 64"));
        }
        for (field, size, mend) in [
            ("request.buffer_size", request.buffer_size, "raise request.max_body_size instead"),
            ("response.header_buffer_size", response.header_buffer_size, "lower it"),
            (
                "response.body_buffer_size",
                response.body_buffer_size,
                "lower it: bodies may outgrow it",
            ),
        ] {
            if size > MOST_BUFFERED {
                let why = "is over 16 MiB, and every exchange allocates that much";
                return wrong(field, format!("{why}; {mend}"));
            }
        }
        if request.max_target_size > request.buffer_size - 64 {
            return wrong(
                "request.max_target_size",
                format!(
                    "is {}, which does not fit into request.buffer_size ({}); lower it",
                    request.max_target_size, request.buffer_size
                ),
            );
        }
        Ok(())
    }
}

fn wrong(field: &'static str, mend: String) -> Result<(), ConfigError> {
    Err(ConfigError::new(field, mend))
}

/// The IPv4 network that is meant by one of IPv4-mapped addresses: `10.0.0.0/8` by `::ffff:10.0.0.0/104`. As it is
/// written no peer is in it, because a mapped address of a peer is read as the IPv4 address that it stands for.
fn unmapped(network: &IpNet) -> Option<IpNet> {
    let IpNet::V6(network) = network else { return None };
    let address = network.addr().to_ipv4_mapped()?;
    let length = network.prefix_len().checked_sub(96)?;
    IpNet::new(address.into(), length).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Proxies;

    #[test]
    fn names_the_field_that_is_wrong() {
        assert_eq!(Config::default().check(), Ok(()));
        type Spoil = fn(&mut Config);
        let cases: &[(&str, Spoil)] = &[
            ("listen", |c| (c.listen, c.port) = (vec![Listen::unix("x")], 80)),
            ("listen", |c| c.listen = vec![Listen::unix("x"), Listen::unix("x").mode(0o600)]),
            ("listen", |c| c.listen = vec![Listen::tcp(([127, 0, 0, 1], 80)); 2]),
            ("listen", |c| c.listen = vec![Listen::unix("")]),
            ("listen", |c| c.listen = vec![Listen::unix("x").mode(660)]),
            #[cfg(not(feature = "proxy-protocol"))]
            ("listen", |c| c.listen = vec!["proxy:127.0.0.1:0".parse().unwrap()]),
            #[cfg(not(feature = "tls"))]
            ("listen", |c| c.listen = vec!["tls:127.0.0.1:0".parse().unwrap()]),
            #[cfg(feature = "tls")]
            ("tls.certificate", |c| c.listen = vec!["proxy:tls:127.0.0.1:0".parse().unwrap()]),
            ("tls.certificate", |c| c.tls.key = Some("key.pem".into())),
            ("tls.key", |c| c.tls.certificate = Some("certificate.pem".into())),
            ("workers", |c| c.workers = 1025),
            ("pool.max", |c| c.pool.max = 0),
            ("pool.min", |c| c.pool.min = 501),
            ("request.buffer_size", |c| c.request.buffer_size = 100),
            ("request.buffer_size", |c| c.request.buffer_size = 1 << 30),
            ("request.max_target_size", |c| c.request.max_target_size = 65_536),
            ("request.max_target_size", |c| c.request.max_target_size = usize::MAX),
            ("request.max_header_count", |c| c.request.max_header_count = 129),
            ("response.header_buffer_size", |c| c.response.header_buffer_size = 0),
            ("response.header_buffer_size", |c| c.response.header_buffer_size = usize::MAX),
            ("response.body_buffer_size", |c| c.response.body_buffer_size = usize::MAX),
            ("response.max_header_count", |c| c.response.max_header_count = usize::MAX),
        ];
        for &(field, spoil) in cases {
            let mut config = Config::default();
            spoil(&mut config);
            let error = config.check().unwrap_err();
            assert_eq!(error.field(), field);
            assert!(error.to_string().starts_with(&format!("configuration: {field} ")));
        }
    }

    #[test]
    fn says_how_to_write_networks_of_mapped_addresses() {
        for (written, meant) in
            [("::ffff:10.0.0.0/104", "10.0.0.0/8"), ("::ffff:192.0.2.7/128", "192.0.2.7/32")]
        {
            let network: IpNet = written.parse().unwrap();
            let mut config = Config::default();
            config.proxies.trusted = vec!["::1/128".parse().unwrap(), network];
            let error = config.check().unwrap_err();
            assert_eq!(error.field(), "proxies.trusted");
            assert!(error.to_string().ends_with(&format!("; write `{meant}`")), "{error}");
            let mut config = Config::default();
            config.connections.uncounted.push(network);
            assert_eq!(config.check().unwrap_err().field(), "connections.uncounted");
        }
        let proxies = Proxies::trusting(["10.0.0.0/8", "::/0", "2001:db8::/96"]).unwrap();
        assert_eq!(Config { proxies, ..Config::default() }.check(), Ok(()));
    }

    #[test]
    fn listens_at_two_ports_that_the_system_chooses() {
        let listen = vec![Listen::tcp(([127, 0, 0, 1], 0)); 2];
        assert_eq!(Config { listen, ..Config::default() }.check(), Ok(()));
    }
}
