//! Where a server listens: TCP addresses and unix sockets.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::entry::Entry;
use super::open::{Listener, Open};
use super::tls::Tls;
use crate::error::{Error, Result};
use crate::net::{listen, unix};

/// A place to listen at.
///
/// As text: `127.0.0.1:5882`, `[::1]:80`, `localhost:80`, `unix:/run/app.sock`, or
/// `unix:/run/app.sock;mode=660`; with `shared:` in front of a TCP address for few connections that last, with `tls:` in
/// front of that where TLS is spoken, and with `proxy:` in front where a load balancer sends a PROXY header.
///
/// ```
/// # use httpz_core::Listen;
/// let both: Vec<Listen> = vec!["127.0.0.1:0".parse()?, Listen::unix("/run/app.sock").mode(0o660)];
/// assert_eq!(both[1].to_string(), "unix:/run/app.sock;mode=660");
/// # Ok::<(), httpz_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Listen {
    /// A TCP address; port 0 lets the system choose. Each worker has a socket of its own, and the system spreads the
    /// connections among them by chance.
    Tcp(SocketAddr),
    /// A TCP address whose connections go to the worker that has the fewest; see [`Listen::shared`].
    Shared(SocketAddr),
    /// A unix socket, whose connections go to the worker that has the fewest. Its file is removed when the
    /// server ends; a file that a dead server has left behind is replaced.
    #[non_exhaustive]
    Unix {
        /// The name of the file.
        path: PathBuf,
        /// Who may connect, as for `chmod`; what the process's umask leaves when it is `None`.
        mode: Option<u32>,
    },
    /// Sockets that are open already; made by [`Listen::inherited`] or [`Listen::taken_over`].
    Open(Open),
    /// A place where every connection begins with a PROXY header; see `Listen::proxied`, which the
    /// cargo feature `proxy-protocol` brings.
    Proxied(Box<Self>),
    /// A place where every connection begins with a TLS handshake; see `Listen::tls`, which the cargo feature `tls`
    /// brings.
    #[non_exhaustive]
    Tls {
        /// Where that is.
        place: Box<Self>,
        /// With which certificate; that of [`Config::tls`](crate::Config::tls) when it is `None`, as it is for text.
        tls: Option<Tls>,
    },
}

impl Listen {
    /// A TCP address.
    pub fn tcp(addr: impl Into<SocketAddr>) -> Self {
        Self::Tcp(addr.into())
    }

    /// A unix socket.
    pub fn unix(path: impl Into<PathBuf>) -> Self {
        Self::Unix { path: path.into(), mode: None }
    }

    /// A TCP address whose connections go to the worker that has the fewest.
    ///
    /// For few connections that last and carry many requests, as a proxy keeps them: by chance all of them might be
    /// one worker's. A connection that is accepted by one worker and served by another takes some microseconds more to
    /// begin; its requests take no more than others.
    ///
    /// ```
    /// # use httpz_core::Listen;
    /// let behind_a_proxy = Listen::shared(([127, 0, 0, 1], 8080));
    /// assert_eq!(behind_a_proxy.to_string(), "shared:127.0.0.1:8080");
    /// ```
    pub fn shared(addr: impl Into<SocketAddr>) -> Self {
        Self::Shared(addr.into())
    }

    /// Sets who may connect to a unix socket; means nothing for a TCP address.
    #[must_use]
    pub fn mode(mut self, bits: u32) -> Self {
        match &mut self {
            Self::Unix { mode, .. } => *mode = Some(bits),
            Self::Proxied(place) | Self::Tls { place, .. } => {
                **place = (**place).clone().mode(bits);
            }
            Self::Tcp(_) | Self::Shared(_) | Self::Open(_) => {}
        }
        self
    }

    /// Sockets that listen already and belong to somebody else, such as a supervisor.
    ///
    /// Where there are fewer than workers, connections go to the worker that has the fewest.
    ///
    /// # Errors
    ///
    /// When there is none, or one of them does not listen for connections.
    pub fn inherited(sockets: Vec<OwnedFd>) -> Result<Self> {
        Self::already_open(sockets, false)
    }

    /// Sockets that listen already and are ours from now on: the file of a unix socket is removed when the
    /// server ends.
    ///
    /// # Errors
    ///
    /// As for [`Listen::inherited`].
    pub fn taken_over(sockets: Vec<OwnedFd>) -> Result<Self> {
        Self::already_open(sockets, true)
    }

    fn already_open(sockets: Vec<OwnedFd>, owns_file: bool) -> Result<Self> {
        let open = Open::new(sockets, owns_file).map_err(|error| {
            Error::status(500, format!("cannot take over an open socket: {error}"))
                .with_source(error)
        })?;
        Ok(Self::Open(open))
    }

    /// The same place with its sockets from elsewhere; what comes before its requests, a PROXY header or a handshake,
    /// stays.
    #[doc(hidden)]
    #[must_use]
    pub fn with_sockets_of(self, other: impl FnOnce(Self) -> Self) -> Self {
        match self {
            Self::Proxied(place) => Self::Proxied(Box::new(place.with_sockets_of(other))),
            Self::Tls { place, tls } => {
                Self::Tls { place: Box::new(place.with_sockets_of(other)), tls }
            }
            place => other(place),
        }
    }

    /// The address, if it is a TCP address.
    pub fn addr(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(addr) | Self::Shared(addr) => Some(*addr),
            Self::Unix { .. } => None,
            Self::Open(open) => open.addr(),
            Self::Proxied(place) | Self::Tls { place, .. } => place.addr(),
        }
    }

    /// The file that is to be removed in the end, if there is one.
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            Self::Tcp(_) | Self::Shared(_) => None,
            Self::Unix { path, .. } => Some(path),
            Self::Open(open) => open.file(),
            Self::Proxied(place) | Self::Tls { place, .. } => place.file(),
        }
    }

    /// The place behind what its connections begin with.
    fn behind(&self) -> Option<&Self> {
        match self {
            Self::Proxied(place) | Self::Tls { place, .. } => Some(place),
            Self::Tcp(_) | Self::Shared(_) | Self::Unix { .. } | Self::Open(_) => None,
        }
    }

    /// How its connections begin.
    pub(super) fn entry(&self) -> Entry {
        Entry { proxied: self.is_proxied(), tls: self.tls_of().cloned() }
    }

    /// Do its connections begin with a PROXY header?
    pub(super) fn is_proxied(&self) -> bool {
        matches!(self, Self::Proxied(_)) || self.behind().is_some_and(Self::is_proxied)
    }

    /// Do its connections begin with a TLS handshake?
    pub(super) fn is_secure(&self) -> bool {
        matches!(self, Self::Tls { .. }) || self.behind().is_some_and(Self::is_secure)
    }

    /// How it speaks TLS, if it does and that is known.
    pub(super) fn tls_of(&self) -> Option<&Tls> {
        match self {
            Self::Tls { tls: Some(tls), .. } => Some(tls),
            _ => self.behind()?.tls_of(),
        }
    }

    /// The same place, which speaks TLS like this if it speaks TLS and nothing else has been said.
    pub(super) fn with_tls(self, usual: &Tls) -> Self {
        match self {
            Self::Tls { place, tls } => {
                Self::Tls { place, tls: tls.or_else(|| Some(usual.clone())) }
            }
            Self::Proxied(place) => Self::Proxied(Box::new(place.with_tls(usual))),
            other => other,
        }
    }

    /// Why this can never be opened, and what to write instead.
    pub(super) fn mistake(&self) -> Option<&'static str> {
        match self {
            Self::Unix { path, .. } if path.as_os_str().is_empty() => {
                Some("whose path is empty; name a file, as in `unix:/run/app.sock`")
            }
            Self::Unix { mode: Some(0o1000..), .. } => {
                Some("whose mode is over 0o777; write it in octal, as in `0o660`")
            }
            Self::Proxied(place) | Self::Tls { place, .. } => place.mistake(),
            Self::Tcp(_) | Self::Shared(_) | Self::Unix { .. } | Self::Open(_) => None,
        }
    }

    /// Opens it for each worker.
    pub(super) fn open(&self, workers: usize, backlog: u32) -> Result<Opened> {
        let opened = match self {
            Self::Tcp(addr) => listen::check_free(*addr)
                .and_then(|()| listen::bind(*addr, workers, backlog))
                .and_then(|sockets| {
                    let place = Self::Tcp(sockets[0].local_addr()?);
                    let sockets = sockets.into_iter().map(|one| vec![Listener::Tcp(one)]).collect();
                    Ok(Opened { place, sockets, distinct: workers })
                }),
            Self::Shared(addr) => listen::check_free(*addr)
                .and_then(|()| listen::bind(*addr, 1, backlog))
                .and_then(|sockets| {
                    let place = Self::Shared(sockets[0].local_addr()?);
                    let copies = (0..workers).map(|_| sockets[0].try_clone().map(Listener::Tcp));
                    Opened::shared(place, copies)
                }),
            Self::Unix { path, mode } => unix::bind(path, *mode, backlog).and_then(|socket| {
                let copies = (0..workers).map(|_| socket.try_clone().map(Listener::Unix));
                Opened::shared(self.clone(), copies)
            }),
            Self::Open(open) => open.deal(workers).map(|sockets| Opened {
                place: self.clone(),
                sockets,
                distinct: open.len(),
            }),
            Self::Proxied(place) => {
                let opened = place.open(workers, backlog)?;
                return Ok(Opened { place: Self::Proxied(Box::new(opened.place)), ..opened });
            }
            Self::Tls { place, tls } => {
                let opened = place.open(workers, backlog)?;
                let place = Self::Tls { place: Box::new(opened.place), tls: tls.clone() };
                return Ok(Opened { place, ..opened });
            }
        };
        opened.map_err(|error| {
            Error::status(500, format!("cannot listen on {self}: {error}")).with_source(error)
        })
    }
}

/// A place that has been opened.
pub(super) struct Opened {
    /// With the port that the system chose.
    pub(super) place: Listen,
    /// The sockets of each worker.
    pub(super) sockets: Vec<Vec<Listener>>,
    /// How many there are, without the copies; these come first.
    pub(super) distinct: usize,
}

impl Opened {
    /// One whose workers have copies of the same socket.
    fn shared(
        place: Listen,
        copies: impl Iterator<Item = io::Result<Listener>>,
    ) -> io::Result<Self> {
        let sockets = copies.map(|copy| Ok(vec![copy?])).collect::<io::Result<_>>()?;
        Ok(Self { place, sockets, distinct: 1 })
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(addr) => addr.fmt(f),
            Self::Shared(addr) => write!(f, "shared:{addr}"),
            Self::Unix { path, mode: None } => write!(f, "unix:{}", path.display()),
            Self::Unix { path, mode: Some(mode) } => {
                write!(f, "unix:{};mode={mode:o}", path.display())
            }
            Self::Open(open) => open.fmt(f),
            Self::Proxied(place) => write!(f, "proxy:{place}"),
            Self::Tls { place, .. } => write!(f, "tls:{place}"),
        }
    }
}

impl FromStr for Listen {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = |why: &str| {
            Error::status(
                500,
                format!(
                    "cannot listen on {text:?}: {why}; write it as `127.0.0.1:5882` or \
                     `unix:/run/app.sock;mode=660`"
                ),
            )
        };
        if let Some(place) = text.strip_prefix("proxy:") {
            return Ok(Self::Proxied(Box::new(place.parse()?)));
        }
        if let Some(place) = text.strip_prefix("tls:") {
            return Ok(Self::Tls { place: Box::new(place.parse()?), tls: None });
        }
        let Some(place) = text.strip_prefix("unix:") else {
            let (kind, name): (fn(SocketAddr) -> Self, _) = match text.strip_prefix("shared:") {
                Some(name) => (Self::Shared, name),
                None => (Self::Tcp, text),
            };
            let mut addrs = name.to_socket_addrs().map_err(|error| wrong(&error.to_string()))?;
            return addrs.next().map(kind).ok_or_else(|| wrong("the name has no address"));
        };
        let (path, mode) = match place.split_once(";mode=") {
            Some((path, digits)) => match u32::from_str_radix(digits, 8) {
                Ok(mode @ 0..=0o777) => (path, Some(mode)),
                _ => return Err(wrong("the mode is not of three octal digits")),
            },
            None => (place, None),
        };
        if path.is_empty() {
            return Err(wrong("the path is empty"));
        }
        Ok(Self::Unix { path: path.into(), mode })
    }
}

/// One place to listen at, or several.
///
/// For text as of [`Listen`], addresses, [`Listen`] itself, and lists of these.
///
/// ```
/// # use httpz_core::server::Places;
/// assert_eq!("127.0.0.1:80".places()?.len(), 1);
/// assert_eq!(["127.0.0.1:80", "unix:/run/app.sock"].places()?.len(), 2);
/// assert!("127.0.0.1".places().is_err());
/// # Ok::<(), httpz_core::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no place to listen at: write \"127.0.0.1:5882\", `(\"127.0.0.1\", 5882)` or a `SocketAddr`",
    label = "not a place",
    note = "see `httpz::Listen` for the texts that there are, such as \"unix:/run/app.sock\"; a list of places is one as well"
)]
pub trait Places {
    /// The places.
    ///
    /// # Errors
    ///
    /// When the text is malformed or the name has no address.
    fn places(&self) -> Result<Vec<Listen>>;
}

impl Places for str {
    fn places(&self) -> Result<Vec<Listen>> {
        Ok(vec![self.parse()?])
    }
}

impl Places for String {
    fn places(&self) -> Result<Vec<Listen>> {
        self.as_str().places()
    }
}

impl Places for SocketAddr {
    fn places(&self) -> Result<Vec<Listen>> {
        Ok(vec![Listen::Tcp(*self)])
    }
}

impl Places for (IpAddr, u16) {
    fn places(&self) -> Result<Vec<Listen>> {
        SocketAddr::from(*self).places()
    }
}

impl Places for (Ipv4Addr, u16) {
    fn places(&self) -> Result<Vec<Listen>> {
        SocketAddr::from(*self).places()
    }
}

impl Places for (&str, u16) {
    fn places(&self) -> Result<Vec<Listen>> {
        let (host, port) = self;
        match host.parse::<IpAddr>() {
            Ok(address) => (address, *port).places(),
            Err(_) => format!("{host}:{port}").places(),
        }
    }
}

impl Places for Listen {
    fn places(&self) -> Result<Vec<Listen>> {
        Ok(vec![self.clone()])
    }
}

impl<P: Places + ?Sized> Places for &P {
    fn places(&self) -> Result<Vec<Listen>> {
        (**self).places()
    }
}

impl<P: Places> Places for [P] {
    fn places(&self) -> Result<Vec<Listen>> {
        self.iter().map(P::places).collect::<Result<Vec<_>>>().map(|all| all.concat())
    }
}

impl<P: Places, const N: usize> Places for [P; N] {
    fn places(&self) -> Result<Vec<Listen>> {
        self.as_slice().places()
    }
}

impl<P: Places> Places for Vec<P> {
    fn places(&self) -> Result<Vec<Listen>> {
        self.as_slice().places()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for text in [
            "127.0.0.1:80",
            "[::1]:0",
            "proxy:[::1]:80",
            "shared:127.0.0.1:80",
            "proxy:shared:127.0.0.1:80",
            "proxy:unix:/a",
            "tls:[::1]:80",
            "proxy:tls:shared:127.0.0.1:80",
            "unix:/a b.sock",
            "unix:rel.sock;mode=660",
        ] {
            assert_eq!(text.parse::<Listen>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn says_how_to_write_what_it_cannot_read() {
        for text in ["", "80", "127.0.0.1", "unix:", "unix:/a;mode=9", "unix:/a;mode=7777"] {
            let error = text.parse::<Listen>().unwrap_err().to_string();
            assert!(error.contains("write it as `127.0.0.1:5882`"), "{text}: {error}");
        }
    }
}
