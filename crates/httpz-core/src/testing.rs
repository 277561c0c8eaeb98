//! Runs a service over a wire in memory: the real parser, pool and connection, no socket, no runtime.

use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use crate::conn::{Common, Conn};
use crate::error::Result;
use crate::exchange::{Exchange, Pool};
use crate::message::Ambient;
use crate::server::{Config, unix_seconds};
use crate::service::Service;
use crate::wire::Memory;

/// How many bytes an endless answer may be ahead of a [`Dialog`] that listens to it.
const WINDOW: usize = 64 * 1024;

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
        let ambient = Rc::new(ambient(config));
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
    /// Blocks while a handler waits for something; of timers and sockets of tokio, [`block_on`] tells.
    pub fn send(&self, bytes: &[u8]) -> Vec<u8> {
        self.send_pieces([bytes])
    }

    /// The same, with the bytes arriving in these pieces.
    pub fn send_pieces<P: AsRef<[u8]>>(&self, pieces: impl IntoIterator<Item = P>) -> Vec<u8> {
        let wire = Rc::new(Memory::new(pieces));
        block_on(Conn::new(wire.clone(), self.common.clone()).serve());
        wire.take_output()
    }

    /// Like [`Loopback::send`]; `None` when the service waits and nothing happens for that long.
    pub fn send_within(&self, patience: Duration, bytes: &[u8]) -> Option<Vec<u8>> {
        let wire = Rc::new(Memory::new([bytes]));
        block_on_within(patience, Conn::new(wire.clone(), self.common.clone()).serve())?;
        Some(wire.take_output())
    }

    /// Opens a connection that is talked over step by step.
    pub fn open(&self) -> Dialog {
        let wire = Rc::new(Memory::open([b""; 0]).with_window(WINDOW));
        let conn = Box::pin(Conn::new(wire.clone(), self.common.clone()).serve());
        Dialog { wire, conn: Some(conn), woken: Woken::new() }
    }
}

impl<S> std::fmt::Debug for Loopback<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Loopback").finish_non_exhaustive()
    }
}

/// A connection of a [`Loopback`] that stays open; the service only goes on while it is listened to.
pub struct Dialog {
    wire: Rc<Memory>,
    /// `None` when it has ended.
    conn: Option<Pin<Box<dyn Future<Output = ()>>>>,
    woken: Arc<Woken>,
}

impl Dialog {
    /// Sends bytes.
    pub fn send(&self, bytes: &[u8]) {
        self.wire.send(bytes);
    }

    /// Ends our side after what has been sent.
    pub fn end(&self) {
        self.wire.end();
    }

    /// Lets the service go on as far as it can without waiting, and gives what it has sent since.
    ///
    /// Like any client, it ends its side of a connection when the service has ended the other.
    pub fn listen(&mut self) -> Vec<u8> {
        self.go_on();
        if self.wire.is_shut() && !self.is_over() {
            self.wire.end();
            self.go_on();
        }
        self.wire.take_output()
    }

    fn go_on(&mut self) {
        self.woken.set(true);
        while self.woken.set(false)
            && let Some(conn) = &mut self.conn
        {
            let waker = Waker::from(self.woken.clone());
            if conn.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
                self.conn = None;
            }
        }
    }

    /// Like [`Dialog::listen`], but waits until something is sent, the connection ends, or this time is over.
    pub fn wait(&mut self, patience: Duration) -> Vec<u8> {
        let end = Instant::now() + patience;
        loop {
            let heard = self.listen();
            if !heard.is_empty() || self.is_over() || !self.woken.wait(end) {
                return heard;
            }
        }
    }

    /// Has the connection ended, or at least the side of it that we hear?
    pub fn is_over(&self) -> bool {
        self.conn.is_none() || self.wire.is_shut()
    }
}

impl std::fmt::Debug for Dialog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dialog").field("is_over", &self.is_over()).finish_non_exhaustive()
    }
}

/// A request read from these bytes, with the response to it, connected to nothing.
///
/// # Errors
///
/// What the server would answer to such bytes under this configuration.
pub fn exchange(config: &Config, bytes: &[u8]) -> Result<Exchange> {
    let ambient = Rc::new(ambient(config));
    Ok(Exchange::read(bytes, config.sizes(), Rc::new(config.limits()), ambient)?)
}

fn ambient(config: &Config) -> Ambient {
    Ambient::new(unix_seconds()).behind(config.proxies.clone()).with_seats(config.stream_share())
}

/// A waker that notes that it was woken, and wakes the thread of the test.
struct Woken {
    thread: Thread,
    woken: AtomicBool,
}

impl Woken {
    fn new() -> Arc<Self> {
        Arc::new(Self { thread: thread::current(), woken: AtomicBool::new(false) })
    }

    /// Sets the note, and tells what it was.
    fn set(&self, woken: bool) -> bool {
        self.woken.swap(woken, Ordering::AcqRel)
    }

    /// Waits to be woken; `false` when that has not happened by then.
    fn wait(&self, end: Instant) -> bool {
        while !self.woken.load(Ordering::Acquire) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            thread::park_timeout(left);
        }
        true
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.set(true);
        self.thread.unpark();
    }
}

/// Runs a future to its end on this thread.
///
/// One that waits for a timer or socket of tokio panics where no runtime is entered, and waits for ever
/// where the runtime is driven by this very thread.
///
/// ```
/// # use httpz_core::testing::block_on;
/// assert_eq!(block_on(async { 1 + 1 }), 2);
/// ```
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        // However long: a future that is polled without having been woken goes on waiting.
        if let Some(value) = block_on_within(Duration::from_secs(3600), future.as_mut()) {
            return value;
        }
    }
}

/// Like [`block_on`]; `None` when the future waits and is not woken for that long.
///
/// ```
/// # use httpz_core::testing::block_on_within;
/// # use std::time::Duration;
/// let patience = Duration::from_millis(1);
/// assert_eq!(block_on_within(patience, async { 1 + 1 }), Some(2));
/// assert_eq!(block_on_within(patience, std::future::pending::<u8>()), None);
/// ```
pub fn block_on_within<T>(patience: Duration, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let woken = Woken::new();
    let waker = Waker::from(woken.clone());
    let mut cx = Context::from_waker(&waker);
    loop {
        woken.set(false);
        if let Poll::Ready(value) = future.as_mut().poll(&mut cx) {
            return Some(value);
        }
        if !woken.wait(Instant::now() + patience) {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, Flow, Request, Response};

    /// Answers `/` at once, and anything else never.
    struct Moody;

    impl Service for Moody {
        fn call<'a>(&'a self, req: &'a mut Request, _: &'a mut Response) -> Flow<'a> {
            match req.path() {
                "/" => Flow::Done(Ok(())),
                _ => Flow::within(req, std::future::pending()),
            }
        }

        fn refuse(&self, _: &Request, _: &mut Response, _: Error) {}
    }

    #[test]
    fn a_service_that_waits_for_nothing_is_given_up() {
        let loopback = Loopback::new(Moody, &Config::default());
        let patience = Duration::from_millis(1);
        assert_eq!(loopback.send_within(patience, b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n"), None);
        let answer = loopback.send_within(patience, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        assert!(answer.expect("it is answered").starts_with(b"HTTP/1.1 200 OK\r\n"));
    }
}
