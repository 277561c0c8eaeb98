//! Peers that leave while a handler works for them.

use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use httpz::prelude::*;
use httpz::{Config, Handle, Listen, Proxies};
use httpz_tests::{PATIENCE, Raw, eventually};

use super::seen::{Counts, Seen, wait};
use super::stop;

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
#[get("/insists", must_finish)]
async fn insists(seen: &&'static Seen) {
    seen.begun.fetch_add(1, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    seen.finished.fetch_add(1, Ordering::Relaxed);
}

/// Counts when it has ended, and has much to say then.
#[get("/insists-at-length", must_finish)]
async fn insists_at_length(seen: &&'static Seen) -> Vec<u8> {
    insists(seen).await;
    vec![b'x'; LENGTH]
}

/// More than a socket holds.
const LENGTH: usize = 16 * 1024 * 1024;

/// Reads its body, and waits for the end of everything besides.
async fn read(_: &&'static Seen, _: &Request, res: &mut Response, mut body: Body<'_>) -> Result {
    let mut closed = std::pin::pin!(res.closed());
    let mut piece = std::pin::pin!(body.read_chunk());
    std::future::poll_fn(|cx| match closed.as_mut().poll(cx) {
        Poll::Ready(()) => Poll::Ready(Ok(())),
        Poll::Pending => piece.as_mut().poll(cx).map_ok(drop),
    })
    .await
}

/// Reads its body for a moment, and waits for something that never happens.
async fn give_up(seen: &&'static Seen, _: &Request, _: &mut Response, mut body: Body<'_>) {
    let _counts = Counts(seen);
    let reading = tokio::time::timeout(Duration::from_millis(100), body.read_chunk()).await;
    assert!(reading.is_err(), "there is no body");
    seen.begun.fetch_add(1, Ordering::Relaxed);
    std::future::pending().await
}

/// Does something that takes longer than the server is given to end.
async fn block(seen: &&'static Seen, _: &Request, _: &mut Response) {
    seen.begun.fetch_add(1, Ordering::Relaxed);
    httpz::blocking(|| std::thread::sleep(3 * PATIENCE)).await;
}

/// A long poll: says so when the server leaves.
async fn poll(seen: &&'static Seen, _: &Request, res: &mut Response) -> &'static str {
    seen.begun.fetch_add(1, Ordering::Relaxed);
    res.closed().await;
    seen.finished.fetch_add(1, Ordering::Relaxed);
    "nothing yet"
}

async fn slow(_: &&'static Seen, _: &Request, _: &mut Response) -> &'static str {
    tokio::time::sleep(Duration::from_millis(1500)).await;
    "slept"
}

/// Asks who the client is when it has left.
fn who(seen: &&'static Seen, req: &Request, _: &mut Response) {
    seen.begun.fetch_add(1, Ordering::Relaxed);
    while !seen.left.load(Ordering::Acquire) {
        std::thread::yield_now();
    }
    let client = (req.peer_addr().map(|addr| addr.ip()), req.client_ip(), req.scheme());
    seen.clients.lock().expect("nobody panics").push(format!("{client:?}"));
}

fn start(place: Listen, half_closed: Duration) -> (Handle, &'static Seen) {
    let seen: &'static Seen = Box::leak(Box::default());
    let proxies = Proxies::trusting(["10.0.0.0/8"]).expect("it is a network");
    let mut config = Config { workers: 1, proxies, ..Config::default() };
    config.timeouts.half_closed = half_closed;
    config.timeouts.body = Duration::from_millis(500);
    config.shutdown.deadline = Duration::from_secs(2);
    let app = App::new(seen, |r| {
        r.get("/wait", wait)
            .get("/drip", drip)
            .get("/slow", slow)
            .get("/who", who)
            .get("/poll", poll)
            .get("/block", block)
            .post("/read", read)
            .post("/gives-up", give_up)
            .mount(routes![insists, insists_at_length])
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

/// That its time was over was taken for the time of the write.
#[test]
fn what_must_finish_is_told_whole_to_a_peer_that_has_ended_its_side() {
    let (server, _) = start(local(), Duration::from_millis(500));
    let mut peer = Raw::connect(server.addr());
    peer.send("GET /insists-at-length HTTP/1.1\r\nHost: a\r\n\r\n").finish();
    // The server has begun to write, and finds no room, before anything is read.
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(peer.answer().body.len(), LENGTH);
    stop(server);
}

#[test]
fn a_handler_that_waits_for_the_end_keeps_the_deadline_of_its_body() {
    let (server, _) = start(local(), Duration::ZERO);
    let mut peer = Raw::connect(server.addr());
    peer.send("POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n");
    assert_eq!(peer.answer().status, 408);
    stop(server);
}

/// A byte that nobody reads hid the end from whoever looked for one.
#[test]
fn what_a_peer_has_sent_behind_its_request_does_not_hide_that_it_is_gone() {
    for reset in [true, false] {
        let (server, seen) = start(local(), Duration::ZERO);
        let mut peer = asking(Raw::connect(server.addr()), "/poll", seen);
        peer.send("G");
        // Seen, and left for the next request, before the peer leaves.
        std::thread::sleep(Duration::from_millis(50));
        if reset {
            peer.reset();
        } else {
            drop(peer);
        }
        eventually("the handler has ended", || seen.finished.load(Ordering::Relaxed) == 1);
        stop(server);
    }
}

#[test]
fn a_handler_that_has_given_up_its_body_is_dropped_when_its_peer_is_gone() {
    let (server, seen) = start(local(), Duration::ZERO);
    let mut peer = Raw::connect(server.addr());
    peer.send("POST /gives-up HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n");
    eventually("the handler waits", || seen.begun.load(Ordering::Relaxed) == 1);
    // Longer than the deadline of a body, which is no business of a handler that reads none.
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(seen.dropped.load(Ordering::Relaxed), 0);
    peer.reset();
    eventually("it is dropped", || seen.dropped.load(Ordering::Relaxed) == 1);
    stop(server);
}

#[test]
fn what_blocks_a_thread_does_not_keep_a_server_that_ends() {
    let (server, seen) = start(local(), Duration::ZERO);
    let _peer = asking(Raw::connect(server.addr()), "/block", seen);
    let began = std::time::Instant::now();
    server.shutdown();
    server.wait();
    // The sleep is three times as long, and the deadline a tenth of it.
    assert!(began.elapsed() < PATIENCE, "{:?}", began.elapsed());
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
    let spoofed =
        "/who HTTP/1.1\r\nX-Forwarded-For: 10.9.9.9\r\nX-Forwarded-Proto: https\r\nIgnored: ";
    asking(Raw::connect(server.addr()), spoofed, seen).reset();
    // The system needs no time to hand a reset on to a socket of the same machine.
    seen.left.store(true, Ordering::Release);
    eventually("the handler has looked", || !seen.clients.lock().unwrap().is_empty());
    let expected = r#"(Some(127.0.0.1), Some(127.0.0.1), "http")"#;
    assert_eq!(*seen.clients.lock().unwrap(), [expected]);
    stop(server);
}
