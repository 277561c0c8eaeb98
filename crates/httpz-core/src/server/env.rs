//! Reads the configuration from the environment.
//!
//! One table with a row for each field: the name of a variable is the path of its field in capitals, with
//! `HTTPZ_` in front. Values are read strictly, and an unknown name is a mistake: a misspelt limit should be
//! noticed before the server runs without it.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use ipnet::IpNet;

use super::config::{Config, ConfigError};
use super::listen::Listen;
use crate::message::{Proxies, ProxyField};

const PREFIX: &str = "HTTPZ_";

/// Reads a value into its field; else says how it is written.
type Read = fn(&mut Config, &str) -> Result<(), &'static str>;

const VARIABLES: &[(&str, Read)] = &[
    ("HTTPZ_LISTEN", |c, v| places(v).map(|places| c.listen = places)),
    // A short form of it.
    ("HTTPZ_ADDR", |c, v| places(v).map(|places| c.listen = places)),
    ("HTTPZ_ADDRESS", |c, v| address(v).map(|address| c.address = address)),
    ("HTTPZ_PORT", |c, v| port(v).map(|port| c.port = port)),
    ("HTTPZ_WORKERS", |c, v| number(v).map(|n| c.workers = n)),
    ("HTTPZ_BACKLOG", |c, v| number(v).map(|n| c.backlog = n)),
    ("HTTPZ_CONNECTIONS_MAX", |c, v| number(v).map(|n| c.connections.max = n)),
    ("HTTPZ_CONNECTIONS_PER_PEER", |c, v| number(v).map(|n| c.connections.per_peer = n)),
    ("HTTPZ_CONNECTIONS_ACCEPT_RATE", |c, v| number(v).map(|n| c.connections.accept_rate = n)),
    ("HTTPZ_CONNECTIONS_UNCOUNTED", |c, v| networks(v).map(|n| c.connections.uncounted = n)),
    ("HTTPZ_MAX_REQUESTS", |c, v| number(v).map(|n| c.max_requests = n)),
    ("HTTPZ_POOL_MIN", |c, v| number(v).map(|n| c.pool.min = n)),
    ("HTTPZ_POOL_MAX", |c, v| number(v).map(|n| c.pool.max = n)),
    ("HTTPZ_POOL_STREAMS", |c, v| number(v).map(|n| c.pool.streams = n)),
    ("HTTPZ_POOL_TIMEOUT", |c, v| time(v).map(|time| c.pool.timeout = time)),
    ("HTTPZ_REQUEST_MAX_BODY_SIZE", |c, v| size(v).map(|n| c.request.max_body_size = n)),
    ("HTTPZ_REQUEST_BUFFER_SIZE", |c, v| size(v).map(|n| c.request.buffer_size = n)),
    ("HTTPZ_REQUEST_MAX_TARGET_SIZE", |c, v| size(v).map(|n| c.request.max_target_size = n)),
    ("HTTPZ_REQUEST_MAX_HEADER_COUNT", |c, v| number(v).map(|n| c.request.max_header_count = n)),
    ("HTTPZ_REQUEST_MAX_PARAM_COUNT", |c, v| number(v).map(|n| c.request.max_param_count = n)),
    ("HTTPZ_REQUEST_MAX_QUERY_COUNT", |c, v| number(v).map(|n| c.request.max_query_count = n)),
    ("HTTPZ_RESPONSE_HEADER_BUFFER_SIZE", |c, v| {
        size(v).map(|n| c.response.header_buffer_size = n)
    }),
    ("HTTPZ_RESPONSE_BODY_BUFFER_SIZE", |c, v| size(v).map(|n| c.response.body_buffer_size = n)),
    ("HTTPZ_RESPONSE_MAX_HEADER_COUNT", |c, v| number(v).map(|n| c.response.max_header_count = n)),
    ("HTTPZ_PROXIES_TRUSTED", |c, v| networks(v).map(|trusted| c.proxies.trusted = trusted)),
    ("HTTPZ_PROXIES_FIELD", |c, v| proxy_field(v).map(|field| c.proxies.field = field)),
    ("HTTPZ_TIMEOUTS_HEAD", |c, v| time(v).map(|time| c.timeouts.head = time)),
    ("HTTPZ_TIMEOUTS_HEAD_RATE", |c, v| number(v).map(|n| c.timeouts.head_rate = n)),
    ("HTTPZ_TIMEOUTS_BODY", |c, v| time(v).map(|time| c.timeouts.body = time)),
    ("HTTPZ_TIMEOUTS_WRITE", |c, v| time(v).map(|time| c.timeouts.write = time)),
    ("HTTPZ_TIMEOUTS_KEEP_ALIVE", |c, v| time(v).map(|time| c.timeouts.keep_alive = time)),
    ("HTTPZ_TIMEOUTS_PING", |c, v| time(v).map(|time| c.timeouts.ping = time)),
    ("HTTPZ_TIMEOUTS_LINGER", |c, v| time(v).map(|time| c.timeouts.linger = time)),
    ("HTTPZ_TIMEOUTS_HALF_CLOSED", |c, v| time(v).map(|time| c.timeouts.half_closed = time)),
    ("HTTPZ_SHUTDOWN_NOT_READY", |c, v| time(v).map(|time| c.shutdown.not_ready = time)),
    ("HTTPZ_SHUTDOWN_IDLE", |c, v| time(v).map(|time| c.shutdown.idle = time)),
    ("HTTPZ_SHUTDOWN_DEADLINE", |c, v| time(v).map(|time| c.shutdown.deadline = time)),
    ("HTTPZ_TLS_CERTIFICATE", |c, v| path(v).map(|path| c.tls.certificate = Some(path))),
    ("HTTPZ_TLS_KEY", |c, v| path(v).map(|path| c.tls.key = Some(path))),
];

impl Config {
    /// The defaults, overridden by the environment.
    ///
    /// The variable of a field is its path in capitals, as `HTTPZ_PORT` and
    /// `HTTPZ_REQUEST_MAX_BODY_SIZE`. Sizes are in bytes or have a unit (`64KiB`, `10MiB`), times have
    /// one (`250ms`, `5s`, `2min`), `HTTPZ_LISTEN` is a list with commas
    /// (`127.0.0.1:80,unix:/run/app.sock;mode=660`).
    ///
    /// ```no_run
    /// # fn main() -> httpz_core::Result {
    /// let config = httpz_core::Config::from_env()?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// A value that cannot be read, or a name beginning with `HTTPZ_` that is no field's; the error
    /// names it and says how to mend it.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::default().with_env()
    }

    /// This configuration, overridden by the environment; see [`Config::from_env`].
    ///
    /// # Errors
    ///
    /// As for [`Config::from_env`].
    pub fn with_env(self) -> Result<Self, ConfigError> {
        let ours = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok().filter(|name| name.starts_with(PREFIX))?;
            Some((name, value))
        });
        self.with_variables(ours)
    }

    fn with_variables(
        mut self,
        variables: impl IntoIterator<Item = (String, OsString)>,
    ) -> Result<Self, ConfigError> {
        let mut set = Vec::new();
        for (name, value) in variables {
            let Some(&(name, read)) = VARIABLES.iter().find(|(known, _)| *known == name) else {
                let mend = unknown(&name);
                return Err(ConfigError::new(name, mend));
            };
            let shown = value.to_string_lossy().into_owned();
            let text = value.into_string().map_err(|_| "it in UTF-8");
            text.and_then(|text| read(&mut self, text.trim())).map_err(|form| {
                ConfigError::new(name, format!("is `{}`; write {form}", shown.escape_debug()))
            })?;
            set.push(name);
        }
        let first_set =
            |names: &[&'static str]| names.iter().find(|name| set.contains(name)).copied();
        let list = first_set(&["HTTPZ_LISTEN", "HTTPZ_ADDR"]);
        let single = first_set(&["HTTPZ_ADDRESS", "HTTPZ_PORT"]);
        let two_lists = ["HTTPZ_LISTEN", "HTTPZ_ADDR"].iter().all(|name| set.contains(name));
        match (list, single.or(two_lists.then_some("HTTPZ_ADDR"))) {
            (Some(list), Some(other)) => {
                let mend = format!(
                    "takes the place of {other}: unset {other}, and add its place to the list if both \
                     are meant"
                );
                Err(ConfigError::new(list, mend))
            }
            _ => Ok(self),
        }
    }
}

fn unknown(name: &str) -> String {
    let stem = name.trim_start_matches(PREFIX);
    // Leaving the section out is a slip like any other.
    let slip = |known: &str| if known.ends_with(stem) { 0 } else { distance(name, known) };
    match VARIABLES.iter().map(|(known, _)| (slip(known), known)).min() {
        Some((slip, known)) if slip <= 4 && !stem.is_empty() => {
            format!("is no variable of httpz; did you mean {known}?")
        }
        _ => "is no variable of httpz; unset it, or see docs/tuning.md for those that are".into(),
    }
}

/// How many letters must be inserted, removed or changed (the Levenshtein distance).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in b.bytes().enumerate() {
            let changed = diagonal + usize::from(letter != other);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

fn digits<T: FromStr>(text: &str) -> Option<T> {
    // `str::parse` would take a leading `+`.
    let all_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| text.parse().ok()).flatten()
}

fn number<T: FromStr>(text: &str) -> Result<T, &'static str> {
    digits(text).ok_or("a number, as in `32`")
}

fn port(text: &str) -> Result<u16, &'static str> {
    digits(text).ok_or("a port from 0 to 65535, as in `5882`")
}

fn path(text: &str) -> Result<PathBuf, &'static str> {
    match text {
        "" => Err("the path of a file, as in `/etc/ssl/site.pem`"),
        path => Ok(path.into()),
    }
}

fn address(text: &str) -> Result<IpAddr, &'static str> {
    text.parse().map_err(|_| "an IP address, as in `127.0.0.1`")
}

fn places(text: &str) -> Result<Vec<Listen>, &'static str> {
    let places: Result<Vec<Listen>, _> =
        text.split(',').map(|place| place.trim().parse()).collect();
    places.map_err(|_| {
        "a list as `127.0.0.1:5882,unix:/run/app.sock;mode=660`, with names that can be looked up"
    })
}

fn networks(text: &str) -> Result<Vec<IpNet>, &'static str> {
    let proxies = Proxies::trusting(text.split(',')).map_err(|_| "a list as `10.0.0.0/8,::1`")?;
    Ok(proxies.trusted)
}

fn proxy_field(text: &str) -> Result<ProxyField, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "x-forwarded-for" => Ok(ProxyField::XForwarded),
        "forwarded" => Ok(ProxyField::Forwarded),
        _ => Err("`x-forwarded-for` or `forwarded`"),
    }
}

fn size(text: &str) -> Result<usize, &'static str> {
    let units = [
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("KB", 1000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("B", 1),
        ("", 1),
    ];
    with_unit(text, &units).ok_or("a number of bytes, as in `65536`, `64KiB` or `10MiB`")
}

fn time(text: &str) -> Result<Duration, &'static str> {
    let units = [("ms", 1), ("s", 1000), ("min", 60_000), ("m", 60_000), ("h", 3_600_000)];
    let time = if text == "0" { Some(0) } else { with_unit(text, &units) };
    time.map(|ms| Duration::from_millis(ms as u64)).ok_or("a time, as in `250ms`, `5s` or `2min`")
}

/// The number before the first of these units that `text` ends with, times that unit.
fn with_unit(text: &str, units: &[(&str, usize)]) -> Option<usize> {
    let mut matching = units.iter().filter_map(|(unit, n)| Some((text.strip_suffix(unit)?, n)));
    let (count, unit) = matching.next()?;
    digits::<usize>(count.trim_end())?.checked_mul(*unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{ConnectionLimits, Timeouts};
    use crate::server::{PoolConfig, RequestConfig, ResponseConfig, ShutdownConfig, TlsConfig};

    fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let variables = variables.iter().map(|&(name, value)| (name.to_owned(), value.into()));
        Config::default().with_variables(variables)
    }

    /// Every field is written out, so that one without a variable does not compile.
    #[test]
    fn every_field_has_a_variable() {
        let second = Duration::from_secs(1);
        let expected = Config {
            listen: vec![Listen::unix("/run/a.sock").mode(0o660), Listen::tcp(([0, 0, 0, 0], 80))],
            address: Config::default().address,
            port: Config::default().port,
            workers: 1,
            backlog: 2,
            connections: ConnectionLimits {
                max: 4,
                per_peer: 5,
                accept_rate: 6,
                uncounted: vec!["10.0.0.0/8".parse().expect("it is a network")],
            },
            max_requests: 3,
            pool: PoolConfig { min: 4, max: 5, streams: 6, timeout: second * 60 },
            request: RequestConfig {
                max_body_size: 10 << 20,
                buffer_size: 8 << 10,
                max_target_size: 4000,
                max_header_count: 6,
                max_param_count: 7,
                max_query_count: 8,
            },
            response: ResponseConfig {
                header_buffer_size: 2 << 10,
                body_buffer_size: 0,
                max_header_count: 9,
            },
            proxies: Proxies::trusting(["10.0.0.0/8", "::1"])
                .expect("they are networks")
                .field(ProxyField::Forwarded),
            timeouts: Timeouts {
                head: second,
                head_rate: 7,
                body: second * 2,
                write: second * 3,
                keep_alive: second / 4,
                ping: Duration::ZERO,
                linger: second * 5,
                half_closed: second * 6,
            },
            shutdown: ShutdownConfig { not_ready: second, idle: second, deadline: second * 120 },
            tls: TlsConfig { certificate: Some("/a b.pem".into()), key: Some("k.pem".into()) },
        };
        let mut variables = vec![
            ("HTTPZ_LISTEN", "unix:/run/a.sock;mode=660, 0.0.0.0:80"),
            ("HTTPZ_WORKERS", "1"),
            ("HTTPZ_BACKLOG", "2"),
            ("HTTPZ_CONNECTIONS_MAX", "4"),
            ("HTTPZ_CONNECTIONS_PER_PEER", "5"),
            ("HTTPZ_CONNECTIONS_ACCEPT_RATE", "6"),
            ("HTTPZ_CONNECTIONS_UNCOUNTED", "10.0.0.0/8"),
            ("HTTPZ_MAX_REQUESTS", "3"),
            ("HTTPZ_POOL_MIN", "4"),
            ("HTTPZ_POOL_MAX", "5"),
            ("HTTPZ_POOL_STREAMS", "6"),
            ("HTTPZ_POOL_TIMEOUT", "1m"),
            ("HTTPZ_PROXIES_TRUSTED", "10.0.0.0/8, ::1"),
            ("HTTPZ_PROXIES_FIELD", "Forwarded"),
            ("HTTPZ_REQUEST_MAX_BODY_SIZE", "10 MiB"),
            ("HTTPZ_REQUEST_BUFFER_SIZE", "8KiB"),
            ("HTTPZ_REQUEST_MAX_TARGET_SIZE", "4000"),
            ("HTTPZ_REQUEST_MAX_HEADER_COUNT", "6"),
            ("HTTPZ_REQUEST_MAX_PARAM_COUNT", "7"),
            ("HTTPZ_REQUEST_MAX_QUERY_COUNT", "8"),
            ("HTTPZ_RESPONSE_HEADER_BUFFER_SIZE", "2KiB"),
            ("HTTPZ_RESPONSE_BODY_BUFFER_SIZE", "0"),
            ("HTTPZ_RESPONSE_MAX_HEADER_COUNT", "9"),
            ("HTTPZ_TIMEOUTS_HEAD", "1s"),
            ("HTTPZ_TIMEOUTS_HEAD_RATE", "7"),
            ("HTTPZ_TIMEOUTS_BODY", "2s"),
            ("HTTPZ_TIMEOUTS_WRITE", "3000ms"),
            ("HTTPZ_TIMEOUTS_KEEP_ALIVE", "250ms"),
            ("HTTPZ_TIMEOUTS_PING", "0"),
            ("HTTPZ_TIMEOUTS_LINGER", "5s"),
            ("HTTPZ_TIMEOUTS_HALF_CLOSED", "6s"),
            ("HTTPZ_SHUTDOWN_NOT_READY", "1s"),
            ("HTTPZ_SHUTDOWN_IDLE", "1 s"),
            ("HTTPZ_SHUTDOWN_DEADLINE", "2min"),
            ("HTTPZ_TLS_CERTIFICATE", "/a b.pem"),
            ("HTTPZ_TLS_KEY", "k.pem"),
        ];
        assert_eq!(read(&variables).unwrap(), expected);

        let plain = Config { address: [0, 0, 0, 0].into(), port: 80, ..Config::default() };
        assert_eq!(read(&[("HTTPZ_ADDRESS", "0.0.0.0"), ("HTTPZ_PORT", "80")]).unwrap(), plain);
        variables.extend([("HTTPZ_ADDR", ""), ("HTTPZ_ADDRESS", ""), ("HTTPZ_PORT", "")]);
        assert_eq!(variables.len(), VARIABLES.len());
    }

    /// The same units as in `limit` and `timeout` of a route.
    #[test]
    fn sizes_and_times_have_the_usual_units() {
        for (text, bytes) in [("7", 7), ("7B", 7), ("7 KB", 7000), ("7MB", 7_000_000)] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for (text, seconds) in [("0", 0), ("7000ms", 7), ("7s", 7), ("7m", 420), ("7min", 420)] {
            assert_eq!(time(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert!(size("7kb").is_err() && size("B").is_err() && time("7").is_err());
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_mend() {
        for (name, value, text) in [
            ("HTTPZ_PORT", "80a", "HTTPZ_PORT is `80a`; write a port from 0 to 65535"),
            ("HTTPZ_PORT", "+80", "HTTPZ_PORT is `+80`; write a port from 0 to 65535"),
            ("HTTPZ_PORT", "65536", "HTTPZ_PORT is `65536`; write a port from 0 to 65535"),
            ("HTTPZ_ADDRESS", "localhost", "write an IP address, as in `127.0.0.1`"),
            ("HTTPZ_WORKERS", "-1", "write a number, as in `32`"),
            ("HTTPZ_POOL_TIMEOUT", "5", "write a time, as in `250ms`, `5s` or `2min`"),
            (
                "HTTPZ_REQUEST_BUFFER_SIZE",
                "64kb",
                "write a number of bytes, as in `65536`, `64KiB`",
            ),
            ("HTTPZ_REQUEST_BUFFER_SIZE", "99999999999999GiB", "write a number of bytes"),
            ("HTTPZ_LISTEN", "unix:", "write a list as `127.0.0.1:5882,unix:/run/app.sock"),
            ("HTTPZ_PROT", "80", "HTTPZ_PROT is no variable of httpz; did you mean HTTPZ_PORT?"),
            ("HTTPZ_ADRESS", "80", "did you mean HTTPZ_ADDRESS?"),
            ("HTTPZ_MAX_BODY_SIZE", "80", "did you mean HTTPZ_REQUEST_MAX_BODY_SIZE?"),
            ("HTTPZ_", "80", "HTTPZ_ is no variable of httpz; unset it"),
            ("HTTPZ_COLOUR_OF_LOGS", "1", "HTTPZ_COLOUR_OF_LOGS is no variable of httpz; unset it"),
        ] {
            let error = read(&[(name, value)]).unwrap_err();
            assert_eq!(error.field(), name);
            let error = error.to_string();
            assert!(error.starts_with("configuration: HTTPZ_") && error.contains(text), "{error}");
        }
    }

    #[test]
    fn places_take_the_place_of_address_and_port() {
        for (list, other) in [
            ("HTTPZ_LISTEN", ("HTTPZ_PORT", "5882")),
            ("HTTPZ_ADDR", ("HTTPZ_ADDRESS", "::1")),
            ("HTTPZ_LISTEN", ("HTTPZ_ADDR", "127.0.0.1:80")),
        ] {
            let error = read(&[(list, "unix:/run/a.sock"), other]).unwrap_err().to_string();
            assert!(error.contains(&format!("{list} takes the place of {}", other.0)), "{error}");
        }
        let config = read(&[("HTTPZ_ADDR", "127.0.0.1:80")]).unwrap();
        assert_eq!(config.listen, [Listen::tcp(([127, 0, 0, 1], 80))]);
    }
}
