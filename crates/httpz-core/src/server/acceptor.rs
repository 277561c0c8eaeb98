//! Accepts connections, as long as there is room.
//!
//! Connections that come too fast wait in the kernel's queue; those that are too many, in all or from one
//! peer, are told so and closed. When the system itself cannot accept (it has no descriptor left), the next
//! tick tries again: trying at once would only burn the core that could close some.

use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::task::unconstrained;

use super::crossing::{Crossing, Crossings};
use super::entry::Entry;
use super::open::{Door, Listener};
use crate::log;
use crate::net::listen;
use crate::net::timed::TICK;
use crate::net::{Detached, Gate, Pass, Refused, Socket};
use crate::proto::encode;

/// How many connections are accepted at the end: more than the kernel's queues hold. Without a bound, peers who
/// go on coming would keep a server from ending.
const MAX_LAST_ACCEPTS: usize = 65_536;

/// The listening sockets of a worker.
pub(super) struct Acceptor {
    sources: Vec<Source>,
    gate: Arc<Gate>,
    crossings: Crossings,
    /// New connections per tick at most.
    share: usize,
    /// New connections since the last tick.
    taken: Cell<usize>,
    /// Connections turned away since the last tick, and why the last of them was.
    turned_away: Cell<(usize, Option<Refused>)>,
}

/// Everything by which connections come to a worker.
pub(super) struct Entrance {
    pub(super) doors: Vec<Door>,
    pub(super) gate: Arc<Gate>,
    pub(super) crossings: Crossings,
}

/// Where connections come from; as [`Door`], registered with the runtime.
struct Source {
    socket: AsyncListener,
    entry: Entry,
    shared: bool,
}

/// A listening socket, registered with the runtime.
enum AsyncListener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// What serves the connections that are accepted.
pub(super) trait ServeConn {
    /// Serves this one beside the others.
    fn serve_conn(&self, stream: impl Socket, peer: Option<SocketAddr>, pass: Pass, entry: &Entry);
}

impl Acceptor {
    /// Registers the listeners of this worker with the runtime; at most `share` connections are accepted per tick.
    pub(super) fn new(
        Entrance { doors, gate, crossings }: Entrance,
        share: usize,
    ) -> io::Result<Self> {
        let sources = doors.into_iter().map(Source::new).collect::<io::Result<_>>()?;
        let (taken, turned_away) = Default::default();
        Ok(Self { sources, gate, crossings, share, taken, turned_away })
    }

    /// Accepts what is queued, as much as is allowed per tick, and takes in what other workers send.
    pub(super) fn accept(&self, cx: &mut Context<'_>, server: &impl ServeConn) {
        self.sources.iter().for_each(|source| self.accept_at(source, self.share, cx, server));
        while let Poll::Ready(crossing) = self.crossings.poll_next(cx) {
            take_in(crossing, server);
        }
    }

    /// Accepts everything that is queued, whatever is allowed per tick: the sockets are about to be closed. What others
    /// have sent is taken in, and they are told to send no more.
    pub(super) async fn accept_all(&self, server: &impl ServeConn) {
        self.taken.set(0);
        let all = poll_fn(|cx| {
            self.sources
                .iter()
                .for_each(|source| self.accept_at(source, MAX_LAST_ACCEPTS, cx, server));
            Poll::Ready(())
        });
        // Otherwise the runtime would say after 128 of them that there are no more, to give others a turn.
        unconstrained(all).await;
        self.crossings.close().for_each(|crossing| take_in(crossing, server));
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
                            listen::tune(&stream);
                        }
                        self.admit(stream, Some(peer), source, server);
                    })
                }
                AsyncListener::Unix(listener) => listener.poll_accept(cx).map_ok(|(stream, _)| {
                    self.admit(stream, None, source, server);
                }),
            };
            match come {
                Poll::Ready(Ok(())) => self.taken.set(self.taken.get() + 1),
                Poll::Ready(Err(error)) if is_transient(&error) => {}
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
        source: &Source,
        server: &impl ServeConn,
    ) {
        match self.gate.admit(peer.map(|peer| peer.ip())) {
            Ok(mut pass) => {
                let worker = match source.shared {
                    true => self.gate.least_loaded(self.crossings.worker),
                    false => self.crossings.worker,
                };
                pass.count_for(worker);
                match worker == self.crossings.worker {
                    true => server.serve_conn(stream, peer, pass, &source.entry),
                    false => self.send_to(worker, stream, peer, pass, &source.entry, server),
                }
            }
            Err(why) => {
                let (n, _) = self.turned_away.get();
                self.turned_away.set((n + 1, Some(why)));
                // As much as can be written at once: a peer over a limit is not waited for.
                let _ = stream.try_write(&[io::IoSlice::new(encode::FULL)]);
            }
        }
    }

    /// Lets another worker serve a connection, or serves it here when that is leaving.
    fn send_to(
        &self,
        worker: usize,
        stream: impl Socket,
        peer: Option<SocketAddr>,
        pass: Pass,
        entry: &Entry,
        server: &impl ServeConn,
    ) {
        let Ok(stream) = stream.detach() else { return };
        let crossing = Crossing { stream, peer, pass, entry: entry.clone() };
        if let Some(mut refused) = self.crossings.send(worker, crossing) {
            refused.pass.count_for(self.crossings.worker);
            take_in(refused, server);
        }
    }

    /// Another tick has gone by; says so when somebody was turned away.
    pub(super) fn tick(&self) {
        self.gate.tick(self.crossings.worker);
        self.taken.set(0);
        if let (n, Some(why)) = self.turned_away.take() {
            let setting = why.setting();
            log::trouble(format_args!("{n} connections were turned away with 503, over {setting}"));
        }
    }
}

/// Serves a connection that another worker has accepted. One that cannot be registered here ends, as one that cannot
/// be accepted does.
fn take_in(crossing: Crossing, server: &impl ServeConn) {
    let Crossing { stream, peer, pass, entry } = crossing;
    match stream {
        Detached::Tcp(stream) => {
            if let Ok(stream) = TcpStream::from_std(stream) {
                server.serve_conn(stream, peer, pass, &entry);
            }
        }
        Detached::Unix(stream) => {
            if let Ok(stream) = UnixStream::from_std(stream) {
                server.serve_conn(stream, peer, pass, &entry);
            }
        }
    }
}

impl Source {
    fn new(door: Door) -> io::Result<Self> {
        let socket = match door.listener {
            Listener::Tcp(listener) => {
                // Somebody else may have opened it.
                listen::tune(&listener);
                AsyncListener::Tcp(TcpListener::from_std(listener)?)
            }
            Listener::Unix(listener) => AsyncListener::Unix(UnixListener::from_std(listener)?),
        };
        Ok(Self { socket, entry: door.entry, shared: door.shared })
    }
}

/// A peer that left between the kernel and us is nothing to report.
fn is_transient(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted)
}
