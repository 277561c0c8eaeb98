//! Accepts connections, as long as there is room.
//!
//! Connections that come too fast wait in the kernel's queue; those that are too many, in all or from one
//! peer, are told so and closed. When the system itself cannot accept (it has no descriptor left), the next
//! tick tries again: trying at once would only burn the core that could close some.

use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
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

/// More than the kernel's queues hold. It bounds the last accepts, so that peers who go on coming do not keep
/// a server from ending.
const QUEUE: usize = 65_536;

/// The listening sockets of a worker.
pub(super) struct Acceptor {
    sources: Vec<Source>,
    gate: Arc<Gate>,
    /// New connections per tick at most.
    share: usize,
    /// New connections since the last tick.
    taken: Cell<usize>,
    /// Connections turned away since the last tick, and why the last of them was.
    turned_away: Cell<(usize, Option<Refused>)>,
}

/// Where connections come from, and whether they begin with a PROXY header.
struct Source {
    socket: AsyncListener,
    proxied: bool,
}

/// A listening socket, registered with the runtime.
enum AsyncListener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// What serves the connections that are accepted.
pub(super) trait ServeConn {
    /// Serves this one beside the others.
    fn serve_conn(&self, stream: impl Socket, peer: Option<SocketAddr>, pass: Pass, proxied: bool);
}

impl Acceptor {
    /// Registers the listeners with the runtime; at most `share` connections are accepted per tick.
    pub(super) fn new(
        listeners: Vec<(Listener, bool)>,
        gate: Arc<Gate>,
        share: usize,
    ) -> io::Result<Self> {
        let sources = listeners.into_iter().map(Source::new).collect::<io::Result<_>>()?;
        let (taken, turned_away) = Default::default();
        Ok(Self { sources, gate, share, taken, turned_away })
    }

    /// Accepts what is queued, as much as is allowed per tick.
    pub(super) fn accept(&self, cx: &mut Context<'_>, server: &impl ServeConn) {
        self.sources.iter().for_each(|source| self.accept_at(source, self.share, cx, server));
    }

    /// Accepts everything that is queued, whatever is allowed per tick: the sockets are about to be closed.
    pub(super) async fn accept_all(&self, server: &impl ServeConn) {
        self.taken.set(0);
        let all = poll_fn(|cx| {
            self.sources.iter().for_each(|source| self.accept_at(source, QUEUE, cx, server));
            Poll::Ready(())
        });
        // Otherwise the runtime would say after 128 of them that there are no more, to give others a turn.
        unconstrained(all).await;
    }

    fn accept_at(
        &self,
        source: &Source,
        share: usize,
        cx: &mut Context<'_>,
        server: &impl ServeConn,
    ) {
        while self.taken.get() < share {
            let come = match &source.socket {
                AsyncListener::Tcp(listener) => {
                    listener.poll_accept(cx).map_ok(|(stream, peer)| {
                        if !cfg!(target_os = "linux") {
                            no_delay(&stream);
                        }
                        self.admit(stream, Some(peer), source.proxied, server);
                    })
                }
                AsyncListener::Unix(listener) => listener.poll_accept(cx).map_ok(|(stream, _)| {
                    self.admit(stream, None, source.proxied, server);
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

    fn admit(
        &self,
        stream: impl Socket,
        peer: Option<SocketAddr>,
        proxied: bool,
        server: &impl ServeConn,
    ) {
        match self.gate.admit(peer.map(|peer| peer.ip())) {
            Ok(pass) => server.serve_conn(stream, peer, pass, proxied),
            Err(why) => {
                let (n, _) = self.turned_away.get();
                self.turned_away.set((n + 1, Some(why)));
                // As much as can be written at once: a peer over a limit is not waited for.
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

/// Sends small writes at once: we gather answers ourselves. A socket that cannot do this still works, only
/// slower.
fn no_delay(socket: &impl AsFd) {
    let _ = SockRef::from(socket).set_tcp_nodelay(true);
}

impl Source {
    fn new((listener, proxied): (Listener, bool)) -> io::Result<Self> {
        let socket = match listener {
            Listener::Tcp(listener) => {
                // On Linux connections inherit it, which saves each of them a system call.
                no_delay(&listener);
                AsyncListener::Tcp(TcpListener::from_std(listener)?)
            }
            Listener::Unix(listener) => AsyncListener::Unix(UnixListener::from_std(listener)?),
        };
        Ok(Self { socket, proxied })
    }
}

/// A peer that left between the kernel and us is nothing to report.
fn is_no_news(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted)
}
