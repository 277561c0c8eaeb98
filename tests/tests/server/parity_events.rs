//! Row 37 of the feature list over real sockets: who ends an event stream, and what others notice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use httpz::prelude::*;
use httpz::sse::{Channel, Event, Slow, Subscription};
use httpz::{Config, Handle};
use httpz_core::net::Timeouts;
use httpz_tests::{Raw, eventually};

struct Board {
    live: Channel,
    /// Handlers that have returned.
    returned: Arc<AtomicUsize>,
}

#[get("/async")]
async fn live_async(board: &Board, req: &Request, res: &mut Response) -> Result {
    struct Counts(Arc<AtomicUsize>);
    impl Drop for Counts {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    let _counts = Counts(board.returned.clone());
    let mut events = res.events().await?;
    events.forward(board.live.subscribe_after(req.last_event_id())).await
}

#[get("/sync")]
fn live_sync(board: &Board, req: &Request) -> Subscription {
    board.live.subscribe_after(req.last_event_id())
}

#[get("/waits")]
async fn waits(res: &mut Response) -> Result {
    let mut events = res.events().await?;
    // Something that never happens.
    events.wait(std::future::pending::<()>()).await;
    assert!(events.is_over());
    Ok(())
}

fn start(live: Channel, ping: Duration) -> (Handle, Arc<AtomicUsize>) {
    let returned = Arc::new(AtomicUsize::new(0));
    let board = Board { live, returned: returned.clone() };
    let timeouts = Timeouts { ping, ..Timeouts::default() };
    let config = Config { port: 0, workers: 2, timeouts, ..Config::default() };
    let app = App::new(board, |r| r.mount(routes![live_async, live_sync, waits])).config(config);
    (app.start().expect("the server starts"), returned)
}

/// A peer whose stream has begun.
fn listen(server: &Handle, path: &str, last: &str) -> Raw {
    let mut peer = Raw::connect(server.addr());
    peer.send(format!("GET {path} HTTP/1.1\r\nHost: a\r\nLast-Event-ID: {last}\r\n\r\n"));
    let head = peer.head();
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert!(head.contains("Content-Type: text/event-stream\r\n"), "{head}");
    peer
}

#[test]
fn row_37_a_channel_reaches_everybody_and_says_again_what_was_missed() {
    let live = Channel::new(8);
    let (server, _) = start(live.clone(), Duration::ZERO);
    let mut peers: Vec<Raw> =
        ["/async", "/sync"].repeat(8).iter().map(|p| listen(&server, p, "")).collect();
    eventually("everybody has subscribed", || live.subscribers() == peers.len());
    for n in 0..3 {
        live.publish(Event::new(format!("{n}")).name("tick").id(n));
    }
    for peer in &mut peers {
        for n in 0..3 {
            assert_eq!(peer.chunk(), format!("data: {n}\nevent: tick\nid: {n}\n\n"));
        }
    }
    for path in ["/async", "/sync"] {
        let mut again = listen(&server, path, "0");
        assert_eq!(again.chunk(), "data: 1\nevent: tick\nid: 1\n\n");
    }
    live.close();
    for peer in &mut peers {
        assert_eq!(peer.chunk(), "", "the end of the stream");
    }
    super::stop(server);
}

#[test]
fn row_37_a_stream_ends_when_its_peer_leaves() {
    let live = Channel::new(8);
    let (server, returned) = start(live.clone(), Duration::from_secs(3600));
    let peers: Vec<Raw> = ["/async", "/sync"].map(|path| listen(&server, path, "")).into();
    let waiting = listen(&server, "/waits", "");
    eventually("both have subscribed", || live.subscribers() == 2);
    drop((peers, waiting));
    // Nothing is published and no ping is due: the closing alone is noticed.
    eventually("both have left", || live.subscribers() == 0);
    eventually("the handler has returned", || returned.load(Ordering::Relaxed) == 1);
    super::stop(server);
}

#[test]
fn row_37_a_stream_ends_promptly_when_the_server_drains() {
    let live = Channel::new(8);
    let (server, _) = start(live.clone(), Duration::from_secs(3600));
    let mut peers = ["/async", "/sync", "/waits"].map(|path| listen(&server, path, ""));
    let began = Instant::now();
    server.shutdown();
    for peer in &mut peers {
        assert_eq!(peer.chunk(), "", "the end of the stream, in good order");
    }
    drop(peers);
    server.wait();
    assert!(began.elapsed() < Duration::from_secs(5), "it took {:?}", began.elapsed());
}

#[test]
fn row_37_a_silent_stream_pings() {
    let (server, _) = start(Channel::new(8), Duration::from_millis(500));
    for path in ["/async", "/sync", "/waits"] {
        let began = Instant::now();
        let mut peer = listen(&server, path, "");
        assert_eq!([peer.chunk(), peer.chunk()], [":\n\n", ":\n\n"], "{path}");
        assert!(began.elapsed() >= Duration::from_millis(1000), "{path}: {:?}", began.elapsed());
    }
    super::stop(server);
}

#[test]
fn row_37_who_does_not_read_is_let_go_and_holds_nobody_up() {
    for (slow, disconnects) in [(Slow::Disconnect, true), (Slow::Skip, false)] {
        let live = Channel::new(16).slow(slow);
        let (server, _) = start(live.clone(), Duration::ZERO);
        let mut lazy = listen(&server, "/sync", "");
        let mut eager = listen(&server, "/async", "");
        eventually("both have subscribed", || live.subscribers() == 2);
        let text = "x".repeat(64 * 1024);
        // More than the buffers of both sockets hold; the eager one is never behind.
        for n in 0..400 {
            live.publish(Event::new(&text).id(n));
            assert!(eager.chunk().ends_with(&format!("\nid: {n}\n\n")));
        }
        live.publish(Event::new("last"));
        let mut got = Vec::new();
        let last = loop {
            match lazy.chunk() {
                end if end.is_empty() => break false,
                last if last == "data: last\n\n" => break true,
                event => got.push(event.lines().last().map(str::to_owned)),
            }
        };
        assert_eq!(last, !disconnects, "{slow:?}");
        assert!(got.len() < 400, "{slow:?}: {} events are more than sockets hold", got.len());
        super::stop(server);
    }
}

/// Two streams besides a single request in flight.
fn narrow() -> Handle {
    let board = Board { live: Channel::new(8), returned: Arc::default() };
    let mut config = Config { port: 0, workers: 1, ..Config::default() };
    (config.pool.min, config.pool.max, config.pool.streams) = (0, 1, 2);
    config.pool.timeout = Duration::from_millis(500);
    // So small that no long body fits beside its head.
    (config.request.buffer_size, config.request.max_target_size) = (8 * 1024, 4 * 1024);
    let app = App::new(board, |r| {
        r.mount(routes![live_async, live_sync, waits])
            .get("/plain", handler(|_, _| "plain"))
            .get("/tunnel", async |req: &Request, res: &mut Response| -> Result {
                let mut tunnel = res.upgrade(req, "nothing").await?;
                while tunnel.read(&mut [0; 8]).await? != httpz::Came::End {}
                Ok(())
            })
            .post("/told", async |_: &Request, res: &mut Response| -> Result {
                res.events().await?.wait(std::future::pending::<()>()).await;
                Ok(())
            })
    });
    app.config(config).start().expect("the server starts")
}

const UPGRADE: &str =
    "GET /tunnel HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: nothing\r\n\r\n";

#[test]
fn row_37_streams_keep_no_request_out() {
    let server = narrow();
    let mut streams = vec![listen(&server, "/async", "")];
    let mut tunnel = Raw::connect(server.addr());
    tunnel.send(UPGRADE);
    assert!(tunnel.until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
    assert_eq!(Raw::connect(server.addr()).get("/plain").body, "plain");

    for path in ["/async", "/sync"] {
        let mut third = Raw::connect(server.addr());
        let refused = third.get(path);
        assert_eq!((refused.status, &*refused.body), (503, "too many streams at once"), "{path}");
        assert!(refused.head.contains("Retry-After: 5\r\n"), "{}", refused.head);
        assert_eq!(third.get("/plain").body, "plain");
    }
    let mut refused = Raw::connect(server.addr());
    refused.send(UPGRADE);
    assert!(refused.answer().head.contains("Connection: close\r\n"), "its bytes may be no HTTP");

    drop(tunnel);
    eventually("there is a seat again", || {
        let mut peer = Raw::connect(server.addr());
        peer.send("GET /sync HTTP/1.1\r\nHost: a\r\n\r\n");
        let begun = peer.head().starts_with("HTTP/1.1 200 ");
        streams.extend(begun.then_some(peer));
        begun
    });
    assert_eq!(Raw::connect(server.addr()).get("/plain").body, "plain");
    super::stop(server);
}

/// Else as many long bodies as there may be streams would be kept.
#[test]
fn row_37_a_stream_that_keeps_a_long_body_stays_among_the_requests() {
    for (length, is_request) in [(16 * 1024, false), (16 * 1024 + 1, true)] {
        let server = narrow();
        let mut peer = Raw::connect(server.addr());
        peer.send(format!("POST /told HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n"));
        peer.send(vec![b'x'; length]);
        assert!(peer.head().starts_with("HTTP/1.1 200 "));
        let other = Raw::connect(server.addr()).get("/plain");
        assert_eq!(other.status, if is_request { 503 } else { 200 }, "{length}");
        super::stop(server);
    }
}
