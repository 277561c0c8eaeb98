//! Runs a service over a wire in memory: the real parser, pool and connection, no socket, no runtime.

use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::conn::{Common, Conn};
use crate::exchange::Pool;
use crate::message::Ambient;
use crate::server::Config;
use crate::service::Service;
use crate::wire::Memory;

/// A service that is talked to in memory.
///
/// ```
/// # use httpz_core::{Config, Error, Flow, Request, Response, Service};
/// # use httpz_core::testing::Loopback;
/// struct Hello;
/// impl Service for Hello {
///     fn call<'a>(&'a self, _: &'a mut Request, res: &'a mut Response) -> Flow<'a> {
///         res.text("Hello");
///         Flow::Done(Ok(()))
///     }
///     fn refuse(&self, _: &Request, res: &mut Response, error: Error) {
///         res.status(error.code());
///     }
/// }
/// let loopback = Loopback::new(Hello, &Config::default());
/// let answer = loopback.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n");
/// assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n") && answer.ends_with(b"Hello"));
/// ```
pub struct Loopback<S> {
    common: Rc<Common<S>>,
}

impl<S: Service> Loopback<S> {
    /// A service under this configuration, of which only the parts about requests, responses and
    /// the pool matter.
    pub fn new(service: S, config: &Config) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let ambient = Rc::new(Ambient::new(now).behind(config.proxies.clone()));
        let bounds = config.pool_share();
        let bounds = crate::exchange::PoolLimits { min: bounds.min.min(1), ..bounds };
        let pool = Pool::new(bounds, config.sizes(), Rc::new(config.limits()), ambient.clone());
        let max_requests = config.max_requests;
        let common = Common { service: Arc::new(service), pool, ambient, max_requests };
        Self { common: Rc::new(common) }
    }

    /// The service.
    pub fn service(&self) -> &S {
        &self.common.service
    }

    /// Sends bytes over a connection of their own, ends it, and returns everything that comes back.
    ///
    /// Blocks while a handler waits for something; one that waits for a timer or socket of tokio
    /// panics, because no runtime is there.
    pub fn send(&self, bytes: &[u8]) -> Vec<u8> {
        self.send_pieces([bytes])
    }

    /// The same, with the bytes arriving in these pieces.
    pub fn send_pieces<P: AsRef<[u8]>>(&self, pieces: impl IntoIterator<Item = P>) -> Vec<u8> {
        let wire = Rc::new(Memory::new(pieces));
        block_on(Conn::new(wire.clone(), self.common.clone()).serve());
        wire.take_output()
    }
}

impl<S> std::fmt::Debug for Loopback<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loopback").finish_non_exhaustive()
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future to its end on this thread.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut cx = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}
