//! Takes in whoever comes, as long as there is room.
//!
//! Too many at a time wait in the kernel's queue; too many in all, or from one peer, hear so and are
//! let go. What the system itself refuses (it has no descriptor left) is tried again at the next tick:
//! asking at once would only burn the core that could close some.

use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::net::IpAddr;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::task::{Context, Poll};

use socket2::SockRef;
use tokio::net::{TcpListener, UnixListener};
use tokio::task::unconstrained;

use super::open::Listener;
use crate::log;
use crate::net::timed::TICK;
use crate::net::{Gate, Pass, Refused, Socket};
use crate::proto::encode;

/// More than stand in the queues of the kernel: who goes on coming does not keep a server from leaving.
const QUEUE: usize = 65_536;

/// The listening sockets of a worker.
pub(super) struct Doors {
    doors: Vec<Door>,
    gate: Arc<Gate>,
    /// New connections per tick at most.
    share: usize,
    /// New connections since the last tick.
    taken: Cell<usize>,
    /// Those that were not let in since the last tick, and why the last of them was not.
    turned_away: Cell<(usize, Option<Refused>)>,
}

/// A listening socket, as the runtime sees it, and whether its connections begin with a PROXY header.
struct Door {
    socket: DoorSocket,
    proxied: bool,
}

enum DoorSocket {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// Who serves a connection that has come in.
pub(super) trait Host {
    fn take(&self, stream: impl Socket, pass: Pass, proxied: bool);
}

impl Doors {
    /// Opens them; at most `share` new connections come in per tick.
    pub(super) fn new(
        listeners: Vec<(Listener, bool)>,
        gate: Arc<Gate>,
        share: usize,
    ) -> io::Result<Self> {
        let doors = listeners.into_iter().map(Door::new).collect::<io::Result<_>>()?;
        let (taken, turned_away) = Default::default();
        Ok(Self { doors, gate, share, taken, turned_away })
    }

    /// Takes in whoever stands at a door, as many as may come per tick.
    pub(super) fn accept(&self, cx: &mut Context<'_>, host: &impl Host) {
        self.doors.iter().for_each(|door| self.accept_at(door, self.share, cx, host));
    }

    /// Takes in everybody who stands at a door when the doors are about to be closed, whatever may come
    /// per tick.
    pub(super) async fn accept_all(&self, host: &impl Host) {
        self.taken.set(0);
        let all = poll_fn(|cx| {
            self.doors.iter().for_each(|door| self.accept_at(door, QUEUE, cx, host));
            Poll::Ready(())
        });
        // Else the runtime says after 128 of them that there are no more, so that others have a turn.
        unconstrained(all).await;
    }

    fn accept_at(&self, door: &Door, share: usize, cx: &mut Context<'_>, host: &impl Host) {
        while self.taken.get() < share {
            let come = match &door.socket {
                DoorSocket::Tcp(listener) => listener.poll_accept(cx).map_ok(|(stream, peer)| {
                    if !cfg!(target_os = "linux") {
                        no_delay(&stream);
                    }
                    self.admit(stream, Some(peer.ip()), door.proxied, host);
                }),
                DoorSocket::Unix(listener) => listener.poll_accept(cx).map_ok(|(stream, _)| {
                    self.admit(stream, None, door.proxied, host);
                }),
            };
            match come {
                Poll::Ready(Ok(())) => self.taken.set(self.taken.get() + 1),
                Poll::Ready(Err(error)) if is_no_news(&error) => {}
                Poll::Ready(Err(error)) => {
                    log::trouble(format_args!("cannot accept: {error}; trying again in {TICK:?}"));
                    return;
                }
                Poll::Pending => return,
            }
        }
    }

    fn admit(&self, stream: impl Socket, peer: Option<IpAddr>, proxied: bool, host: &impl Host) {
        match self.gate.admit(peer) {
            Ok(pass) => host.take(stream, pass, proxied),
            Err(why) => {
                let (n, _) = self.turned_away.get();
                self.turned_away.set((n + 1, Some(why)));
                // As far as it gets: whoever is over a limit is not waited for.
                let _ = stream.try_write(&[io::IoSlice::new(encode::FULL)]);
            }
        }
    }

    /// Another tick has gone by; says so when somebody was turned away.
    pub(super) fn tick(&self) {
        self.taken.set(0);
        if let (n, Some(why)) = self.turned_away.take() {
            let setting = why.setting();
            log::trouble(format_args!("{n} connections were turned away with 503, over {setting}"));
        }
    }
}

/// Small writes leave at once: we gather answers ourselves. A socket that cannot do it still works,
/// only slower.
fn no_delay(socket: &impl AsFd) {
    let _ = SockRef::from(socket).set_tcp_nodelay(true);
}

impl Door {
    fn new((listener, proxied): (Listener, bool)) -> io::Result<Self> {
        let socket = match listener {
            Listener::Tcp(listener) => {
                // Linux hands it on to the connections, which saves each of them a system call.
                no_delay(&listener);
                DoorSocket::Tcp(TcpListener::from_std(listener)?)
            }
            Listener::Unix(listener) => DoorSocket::Unix(UnixListener::from_std(listener)?),
        };
        Ok(Self { socket, proxied })
    }
}

/// A peer that left between the kernel and us is nothing to report.
fn is_no_news(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted)
}
