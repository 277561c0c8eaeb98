//! One worker: accepts connections and serves them, all on a thread of its own.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::task::spawn_local;

use super::acceptor::{Acceptor, Entrance, ServeConn};
use super::control::Control;
use super::entry::Entry;
use super::proxied;
use super::tls;
use super::{Config, ShutdownConfig};
use crate::conn::{Common, Conn};
use crate::exchange::Pool;
use crate::message::{Ambient, Phase};
use crate::net::timed::TICK;
use crate::net::unix::SocketFile;
use crate::net::{Pass, Socket, SocketWire, Watches};
use crate::service::Service;

/// What a worker is made of.
pub(super) struct Worker<S> {
    common: Rc<Common<S>>,
    watches: Rc<Watches>,
    acceptor: Acceptor,
}

impl<S: Service> Worker<S> {
    /// Serves until told to leave.
    pub(super) fn run(
        control: &Control,
        entrance: Entrance,
        files: &[SocketFile],
        service: Arc<S>,
        config: &Config,
    ) -> io::Result<()> {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let runtime = builder.enable_all().build_local(Default::default())?;
        let outcome = runtime.block_on(async {
            let worker = Self::new(entrance, service, config)?;
            worker.serve_while(control, || !control.leave.load(Ordering::Acquire)).await;
            worker.common.ambient.enter(Phase::NotReady);
            let mut left = ticks(config.shutdown.not_ready);
            worker.serve_while(control, || left.next().is_some()).await;
            worker.drain(control, files, &config.shutdown).await;
            Ok(())
        });
        // Dropped, it would wait for what handlers have given to threads, without a bound.
        runtime.shutdown_background();
        outcome
    }

    fn new(entrance: Entrance, service: Arc<S>, config: &Config) -> io::Result<Self> {
        let ambient = Ambient::new(unix_seconds())
            .behind(config.proxies.clone())
            .with_seats(config.stream_share());
        let ambient = Rc::new(ambient);
        let pool = Pool::new(
            config.pool_share(),
            config.sizes(),
            Rc::new(config.limits()),
            ambient.clone(),
        );
        Ok(Self {
            common: Rc::new(Common { service, pool, ambient, max_requests: config.max_requests }),
            watches: Watches::new(&config.timeouts, config.pool.timeout),
            acceptor: Acceptor::new(entrance, config.accept_share())?,
        })
    }

    /// Accepts connections, and does what every tick asks for; asks after each tick whether to go on.
    async fn serve_while(&self, control: &Control, mut go_on: impl FnMut() -> bool) {
        while go_on() {
            let mut next_tick = pin!(control.next_tick());
            poll_fn(|cx| {
                self.acceptor.accept(cx, self);
                next_tick.as_mut().poll(cx)
            })
            .await;
            self.tick();
        }
    }

    /// Twice a second: the date, the deadlines, the pool, the accept rate.
    fn tick(&self) {
        self.common.ambient.set_time(unix_seconds());
        self.watches.sweep();
        self.common.pool.trim();
        self.acceptor.tick();
    }

    /// Lets requests in flight finish, and returns when all connections have ended or at the
    /// deadline; what is left is cut when the runtime ends.
    async fn drain(self, control: &Control, files: &[SocketFile], times: &ShutdownConfig) {
        self.common.ambient.enter(Phase::Leaving);
        // Whoever connects from now on finds nobody, rather than a queue that is about to be closed.
        files.iter().for_each(SocketFile::remove);
        // Connections that the kernel has completed expect an answer.
        self.acceptor.accept_all(&self).await;
        self.watches.drain(times.idle);
        let Self { common, watches, acceptor } = self;
        drop(acceptor);
        for _ in ticks(times.deadline) {
            // Connections just accepted count already, though they have not been polled yet.
            if watches.is_empty() {
                return;
            }
            control.next_tick().await;
            common.ambient.set_time(unix_seconds());
            watches.sweep();
        }
    }
}

impl<S: Service> ServeConn for Worker<S> {
    /// Spawns a task for the connection.
    fn serve_conn(&self, stream: impl Socket, peer: Option<SocketAddr>, pass: Pass, entry: &Entry) {
        let wire = SocketWire::new(stream, peer, pass, &self.watches);
        let common = self.common.clone();
        if !entry.proxied && entry.tls.is_none() {
            spawn_local(Conn::new(wire, common).serve());
            return;
        }
        let Entry { proxied, tls } = entry.clone();
        spawn_local(async move {
            if proxied && !proxied::enter(&wire).await {
                return;
            }
            match tls {
                None => Conn::new(wire, common).serve().await,
                Some(tls) => tls::serve(wire, tls, common).await,
            }
        });
    }
}

/// As many steps as there are ticks in this time.
fn ticks(time: Duration) -> impl Iterator {
    0..time.as_millis().div_ceil(TICK.as_millis())
}

/// The time, in whole seconds since 1970.
pub(crate) fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
