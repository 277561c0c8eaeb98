//! Listening sockets that are open already: a supervisor opened them, or a predecessor hands them on.
//!
//! A server that takes over open sockets loses no connection: what the kernel has queued for them stays queued,
//! whichever process accepts it in the end.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use socket2::{Domain, SockAddr, Socket};

use super::entry::Entry;

/// The sockets of one place, as `Listen::inherited` and `Listen::taken_over` wrap them.
#[derive(Clone, Debug)]
pub struct Open {
    sockets: Arc<[Socket]>,
    place: Place,
    /// Is the file of a unix socket ours, to be removed in the end?
    owns_file: bool,
}

/// Where they listen.
#[derive(Clone, Debug)]
enum Place {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// The same sockets, not only the same place.
impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.sockets, &other.sockets)
    }
}

impl Eq for Open {}

impl Open {
    pub(super) fn new(sockets: Vec<OwnedFd>, owns_file: bool) -> io::Result<Self> {
        let sockets: Arc<[Socket]> = sockets.into_iter().map(Socket::from).collect();
        let Some(first) = sockets.first() else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "there is no socket"));
        };
        let place = Place::of(&first.local_addr()?)?;
        for socket in &*sockets {
            if !socket.is_listener()? {
                let text = "it is a socket that does not listen";
                return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
            }
            socket.set_nonblocking(true)?;
        }
        Ok(Self { sockets, place, owns_file })
    }

    /// The address, if it is a TCP address.
    pub(super) fn addr(&self) -> Option<SocketAddr> {
        match self.place {
            Place::Tcp(addr) => Some(addr),
            Place::Unix(_) => None,
        }
    }

    /// The file that is to be removed in the end, if there is one.
    pub(super) fn file(&self) -> Option<&Path> {
        match &self.place {
            Place::Unix(path) if self.owns_file => Some(path),
            _ => None,
        }
    }

    /// How many sockets there are.
    pub(super) fn len(&self) -> usize {
        self.sockets.len()
    }

    /// One socket for each worker: when there are fewer, some share one; when there are more, some
    /// have several.
    pub(super) fn deal(&self, workers: usize) -> io::Result<Vec<Vec<Listener>>> {
        let mut hands: Vec<Vec<Listener>> = (0..workers).map(|_| Vec::new()).collect();
        for n in 0..workers.max(self.sockets.len()) {
            let socket = self.sockets[n % self.sockets.len()].try_clone()?;
            hands[n % workers].push(match socket.domain()? {
                Domain::UNIX => Listener::Unix(socket.into()),
                _ => Listener::Tcp(socket.into()),
            });
        }
        Ok(hands)
    }
}

impl Place {
    fn of(addr: &SockAddr) -> io::Result<Self> {
        match (addr.as_socket(), addr.as_pathname()) {
            (Some(addr), _) => Ok(Self::Tcp(addr)),
            (None, Some(path)) => Ok(Self::Unix(path.to_owned())),
            (None, None) => {
                let text = "it is neither a TCP socket nor a unix socket with a name";
                Err(io::Error::new(io::ErrorKind::InvalidInput, text))
            }
        }
    }
}

impl fmt::Display for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Tcp(addr) => addr.fmt(f),
            Place::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// Where one worker accepts from.
#[derive(Debug)]
pub(super) struct Door {
    pub(super) listener: Listener,
    /// How do connections begin?
    pub(super) entry: Entry,
    /// Do other workers accept from the same socket?
    pub(super) shared: bool,
}

/// A listening socket.
#[derive(Debug)]
pub(super) enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Listener {
    /// The same socket once more.
    pub(super) fn duplicate(&self) -> io::Result<OwnedFd> {
        Ok(match self {
            Self::Tcp(listener) => listener.try_clone()?.into(),
            Self::Unix(listener) => listener.try_clone()?.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sockets(n: usize) -> Vec<OwnedFd> {
        let one = || TcpListener::bind("127.0.0.1:0").expect("there is a port");
        (0..n).map(|_| one().into()).collect()
    }

    #[test]
    fn every_worker_gets_a_socket_and_every_socket_a_worker() {
        for (n, workers, expected) in
            [(1, 3, vec![1, 1, 1]), (3, 2, vec![2, 1]), (2, 2, vec![1, 1])]
        {
            let hands = Open::new(sockets(n), false).unwrap().deal(workers).unwrap();
            assert_eq!(hands.iter().map(Vec::len).collect::<Vec<_>>(), expected, "{n} {workers}");
        }
    }

    #[test]
    fn refuses_what_does_not_listen() {
        assert!(Open::new(Vec::new(), false).is_err());
        let udp = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        assert!(Open::new(vec![udp.into()], false).is_err());
    }
}
