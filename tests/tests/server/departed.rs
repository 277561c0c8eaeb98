//! Peers that leave while a handler works for them.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use httpz::prelude::*;
use httpz::{Config, Handle, Listen, Proxies};
use httpz_tests::{PATIENCE, Raw, eventually};

use super::stop;

#[derive(Default)]
struct Seen {
    begun: AtomicUsize,
    dropped: AtomicUsize,
    finished: AtomicUsize,
    clients: Mutex<Vec<String>>,
}

/// Counts what is dropped.
struct Counts(&'static Seen);

impl Drop for Counts {
    fn drop(&mut self) {
        self.0.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

/// Waits for something that never happens.
async fn wait(seen: &&'static Seen, _: &Request, _: &mut Response) {
    let _counts = Counts(seen);
    seen.begun.fetch_add(1, Ordering::Relaxed);
    std::future::pending().await
}

/// Sends a little now and then.
async fn drip(seen: &&'static Seen, _: &Request, res: &mut Response) -> Result {
    let _counts = Counts(seen);
    seen.begun.fetch_add(1, Ordering::Relaxed);
    loop {
        res.chunk("x").await?;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Counts when it has ended.
#[get("/insists", finish)]
async fn insists(seen: &&'static Seen) {
    seen.begun.fetch_add(1, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    seen.finished.fetch_add(1, Ordering::Relaxed);
}

/// A long poll: says so when the server leaves.
async fn poll(seen: &&'static Seen, _: &Request, res: &mut Response) -> &'static str {
    seen.begun.fetch_add(1, Ordering::Relaxed);
    res.closed().await;
    "nothing yet"
}

async fn slow(_: &&'static Seen, _: &Request, _: &mut Response) -> &'static str {
    tokio::time::sleep(Duration::from_millis(1500)).await;
    "slept"
}

/// Asks who the client is when it has left.
fn who(seen: &&'static Seen, req: &Request, _: &mut Response) {
    std::thread::sleep(Duration::from_millis(300));
    let client = (req.peer_addr().map(|addr| addr.ip()), req.client_ip(), req.scheme());
    seen.clients.lock().expect("nobody panics").push(format!("{client:?}"));
}

fn start(place: Listen, half_closed: Duration) -> (Handle, &'static Seen) {
    let seen: &'static Seen = Box::leak(Box::default());
    let proxies = Proxies::trusting(["10.0.0.0/8"]).expect("it is a network");
    let mut config = Config { workers: 1, proxies, ..Config::default() };
    config.timeouts.half_closed = half_closed;
    let app = App::new(seen, |r| {
        r.get("/wait", wait)
            .get("/drip", drip)
            .get("/slow", slow)
            .get("/who", who)
            .get("/poll", poll)
            .mount(routes![insists])
    });
    (app.config(config).start_on(place).expect("it starts"), seen)
}

fn local() -> Listen {
    Listen::tcp(([127, 0, 0, 1], 0))
}

/// A peer whose handler waits.
fn waiting(peer: Raw, seen: &Seen) -> Raw {
    asking(peer, "/wait", seen)
}

/// A peer whose handler has begun.
fn asking(mut peer: Raw, path: &str, seen: &Seen) -> Raw {
    let before = seen.begun.load(Ordering::Relaxed);
    peer.send(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n"));
    eventually("the handler has begun", || seen.begun.load(Ordering::Relaxed) > before);
    peer
}

#[test]
fn a_handler_is_dropped_when_its_peer_is_gone() {
    let (server, seen) = start(local(), Duration::ZERO);
    waiting(Raw::connect(server.addr()), seen).reset();
    eventually("it is dropped", || seen.dropped.load(Ordering::Relaxed) == 1);
    stop(server);

    let path = std::env::temp_dir().join(format!("httpz-departed-{}", std::process::id()));
    let (server, seen) = start(Listen::unix(&path), Duration::ZERO);
    drop(waiting(Raw::unix(&path).unwrap(), seen));
    eventually("it is dropped", || seen.dropped.load(Ordering::Relaxed) == 1);
    stop(server);
}

/// Pieces gather before they leave, so it would hear of it only after thousands of them.
#[test]
fn a_handler_that_sends_a_little_now_and_then_is_dropped_when_its_peer_is_gone() {
    let (server, seen) = start(local(), Duration::ZERO);
    let mut peer = asking(Raw::connect(server.addr()), "/drip", seen);
    assert_eq!(peer.head().lines().next(), Some("HTTP/1.1 200 OK"));
    // Not reset: it has ended its side, and what it is sent now is what tells that it is gone.
    drop(peer);
    eventually("it is dropped", || seen.dropped.load(Ordering::Relaxed) == 1);
    stop(server);
}

/// It may want the answer all the same, so it is given some time.
#[test]
fn a_handler_is_dropped_some_time_after_its_peer_has_ended_its_side() {
    let (server, seen) = start(local(), Duration::from_millis(500));
    let mut peer = waiting(Raw::connect(server.addr()), seen);
    peer.finish();
    assert_eq!(peer.rest(), "", "the connection ends without an answer");
    assert_eq!(seen.dropped.load(Ordering::Relaxed), 1);
    stop(server);

    let (server, _) = start(local(), PATIENCE);
    let mut peer = Raw::connect(server.addr());
    peer.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").finish();
    assert_eq!(peer.answer().body, "slept");
    stop(server);
}

#[test]
fn a_handler_that_must_finish_does_so_without_its_peer() {
    let (server, seen) = start(local(), Duration::ZERO);
    asking(Raw::connect(server.addr()), "/insists", seen).reset();
    eventually("it has ended", || seen.finished.load(Ordering::Relaxed) == 1);
    stop(server);
}

#[test]
fn a_long_poll_does_not_keep_a_server_that_leaves() {
    let (server, seen) = start(local(), Duration::ZERO);
    let mut peer = asking(Raw::connect(server.addr()), "/poll", seen);
    server.shutdown();
    let answer = peer.answer();
    assert_eq!(answer.body, "nothing yet");
    assert!(answer.head.contains("Connection: close\r\n"), "{}", answer.head);
    server.wait();
}

/// The system knows no address of one that has reset its connection. It was taken for one on a unix socket, and so for
/// a proxy.
#[test]
fn a_peer_that_is_gone_is_still_who_it_was() {
    let (server, seen) = start(local(), Duration::ZERO);
    let mut peer = Raw::connect(server.addr());
    peer.send(
        "GET /who HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 10.9.9.9\r\nX-Forwarded-Proto: https\r\n\r\n",
    );
    std::thread::sleep(Duration::from_millis(100));
    peer.reset();
    eventually("the handler has looked", || !seen.clients.lock().unwrap().is_empty());
    let expected = r#"(Some(127.0.0.1), Some(127.0.0.1), "http")"#;
    assert_eq!(*seen.clients.lock().unwrap(), [expected]);
    stop(server);
}
