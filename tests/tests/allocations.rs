//! The hot path of a handler allocates nothing after its first requests.

use std::cell::{Cell, RefCell};
use std::io::{self, IoSlice, Write};
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use httpz::prelude::*;
use httpz::{Config, Service};
use httpz_core::conn::{Common, Conn};
use httpz_core::exchange::Pool;
use httpz_core::message::Ambient;
use httpz_core::wire::{Wait, Wire};

/// A wire that gives one request per read and keeps only the last answer; it allocates nothing.
struct Still {
    request: &'static [u8],
    due: Cell<bool>,
    answer: RefCell<Vec<u8>>,
}

impl Wire for Still {
    fn poll_read(&self, _: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        if !self.due.replace(false) {
            return Poll::Pending;
        }
        buf[..self.request.len()].copy_from_slice(self.request);
        Poll::Ready(Ok(self.request.len()))
    }

    fn poll_readable(&self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }

    fn poll_write(&self, _: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let mut answer = self.answer.borrow_mut();
        answer.clear();
        bufs.iter().for_each(|buf| answer.extend_from_slice(buf));
        Poll::Ready(Ok(answer.len()))
    }

    fn poll_gone(&self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }

    fn shutdown(&self) {}

    fn wait(&self, _: Wait) {}

    fn waiting(&self) -> Wait {
        Wait::KeepAlive
    }

    fn poll_late(&self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }

    fn peer_addr(&self) -> Option<SocketAddr> {
        None
    }
}

#[derive(serde::Serialize)]
struct User {
    id: u64,
    name: &'static str,
}

#[get("/plaintext")]
fn plaintext() -> &'static str {
    "Hello, World!"
}

#[get("/json")]
fn message() -> Json<User> {
    Json(User { id: 0, name: "Hello, World!" })
}

#[get("/users/:id")]
fn user(id: u64) -> Json<User> {
    Json(User { id, name: "Teg" })
}

#[get("/slow")]
async fn slow() -> &'static str {
    "Hello, World!"
}

#[get("/slow/json")]
async fn slow_message() -> Json<User> {
    Json(User { id: 0, name: "Hello, World!" })
}

#[get("/hits/:n")]
fn hits(n: u64, res: &mut Response) -> Result {
    Ok(write!(res.writer(), "{n} hits")?)
}

#[get("/arena/:n")]
fn arena(n: u64, req: &Request, res: &mut Response) {
    res.text(req.arena().format(format_args!("{n} hits")));
}

fn guard(_: &mut Shared<()>, req: &Request) -> Result<u64> {
    Ok(req.path().len() as u64)
}

async fn around<C: 'static>(
    next: Next<'_, C>,
    cx: &mut C,
    req: &Request,
    res: &mut Response,
) -> Result {
    next.run(cx, req, res).await
}

/// Allocations of each request after warm-up, and the last answer.
fn allocations(request: &'static [u8]) -> (f64, String) {
    let config = Config { workers: 1, ..Config::default() };
    let app = App::new((), |r| {
        r.mount(routes![plaintext, message, user, slow, slow_message, hits, arena])
            .group("/guarded", |g| g.guard(guard).mount(routes![plaintext]))
            .group("/around", |g| g.dispatch(around).dispatch(around).mount(routes![slow]))
    });
    let service = Arc::new(app.config(config.clone()).build().expect("the routes are sound"));
    let (common, wire) = common(service, &config, request);
    let mut serving = pin!(Conn::new(wire.clone(), common).serve());
    let mut requests = |n: u64| {
        for _ in 0..n {
            wire.due.set(true);
            let mut cx = Context::from_waker(Waker::noop());
            assert!(serving.as_mut().poll(&mut cx).is_pending(), "the connection ended");
        }
    };
    requests(16);
    let counted = allocation_counter::measure(|| requests(100));
    let answer = String::from_utf8(wire.answer.take()).expect("answers are UTF-8");
    (counted.count_total as f64 / 100.0, answer)
}

fn common<S: Service>(
    service: Arc<S>,
    config: &Config,
    request: &'static [u8],
) -> (Rc<Common<S>>, Rc<Still>) {
    let ambient = Rc::new(Ambient::new(0));
    let limits = Rc::new(config.limits());
    let pool = Pool::new(config.pool_share(), config.sizes(), limits, ambient.clone());
    let wire = Rc::new(Still { request, due: Cell::new(false), answer: RefCell::new(Vec::new()) });
    (Rc::new(Common { service, pool, ambient, max_requests: 0 }), wire)
}

#[test]
fn row_32_dynamic_text_is_made_without_allocating() {
    for request in [
        &b"GET /hits/9000 HTTP/1.1\r\nHost: a\r\n\r\n"[..],
        b"GET /arena/9000 HTTP/1.1\r\nHost: a\r\n\r\n",
    ] {
        let (counted, answer) = allocations(request);
        assert!(answer.ends_with("9000 hits"), "{answer}");
        assert_eq!(counted, 0.0, "allocations per request of {}", request.escape_ascii());
    }
}

#[test]
fn a_handler_allocates_nothing_be_it_sync_or_async() {
    for (request, body) in [
        (&b"GET /plaintext HTTP/1.1\r\nHost: a\r\n\r\n"[..], "Hello, World!"),
        (b"GET /json HTTP/1.1\r\nHost: a\r\n\r\n", "{\"id\":0,\"name\":\"Hello, World!\"}"),
        (b"GET /users/12345 HTTP/1.1\r\nHost: a\r\n\r\n", "{\"id\":12345,\"name\":\"Teg\"}"),
        (b"GET /guarded/plaintext HTTP/1.1\r\nHost: a\r\n\r\n", "Hello, World!"),
        (b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n", "Hello, World!"),
        (b"GET /slow/json HTTP/1.1\r\nHost: a\r\n\r\n", "{\"id\":0,\"name\":\"Hello, World!\"}"),
        (b"GET /around/slow HTTP/1.1\r\nHost: a\r\n\r\n", "Hello, World!"),
    ] {
        let (counted, answer) = allocations(request);
        assert!(answer.ends_with(body), "{answer}");
        assert_eq!(counted, 0.0, "allocations per request of {}", request.escape_ascii());
    }
}
