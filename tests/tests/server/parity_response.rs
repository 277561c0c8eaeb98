//! Row 33 of the feature list over real sockets: a stream goes as fast as its peer, and no further.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use httpz::Config;
use httpz::prelude::*;
use httpz_core::net::Timeouts;
use httpz_tests::{Raw, eventually};

use super::stop;

#[derive(Clone, Default)]
struct Said {
    bytes: Arc<AtomicUsize>,
    failed: Arc<AtomicBool>,
}

/// Pours without end.
async fn pour(said: &Said, _: &Request, res: &mut Response) -> Result {
    let piece = vec![b'x'; 64 * 1024];
    loop {
        if let Err(error) = res.chunk(&piece).await {
            said.failed.store(true, Ordering::Relaxed);
            return Err(error);
        }
        said.bytes.fetch_add(piece.len(), Ordering::Relaxed);
    }
}

fn start(write: Duration) -> (httpz::Handle, Said) {
    let said = Said::default();
    let timeouts = Timeouts { write, ..Timeouts::default() };
    let config = Config { port: 0, workers: 1, timeouts, ..Config::default() };
    let app = App::new(said.clone(), |r| r.get("/pour", pour)).config(config);
    (app.start().expect("the server starts"), said)
}

/// Waits until the handler says no more, and tells how much it has said.
fn settled(said: &Said) -> usize {
    let mut last = usize::MAX;
    while last != said.bytes.load(Ordering::Relaxed) {
        last = said.bytes.load(Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(300));
    }
    last
}

#[test]
fn row_33_a_stream_waits_for_a_peer_that_takes_nothing_and_goes_on_with_it() {
    let (server, said) = start(Duration::ZERO);
    let mut peer = Raw::connect(server.addr());
    peer.send("GET /pour HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(peer.head().contains("Transfer-Encoding: chunked\r\n"));
    let first = settled(&said);
    assert!(first < 1 << 20, "{first} bytes are ahead of a peer that takes nothing");
    // What a peer takes is seen soon, so that one that takes little is not held for one that takes nothing.
    for _ in 0..8 {
        assert_eq!(peer.chunk().len(), 64 * 1024);
    }
    assert!(
        settled(&said) > first,
        "half a megabyte was taken, and the handler did not hear of it"
    );
    for _ in 0..200 {
        assert_eq!(peer.chunk().len(), 64 * 1024);
    }
    assert!(settled(&said) > first, "it does not go on");
    assert!(!said.failed.load(Ordering::Relaxed));
    drop(peer);
    stop(server);
}

#[test]
fn row_33_a_stream_to_a_peer_that_takes_nothing_for_too_long_is_given_up() {
    let (server, said) = start(Duration::from_millis(500));
    let mut peer = Raw::connect(server.addr());
    peer.send("GET /pour HTTP/1.1\r\nHost: a\r\n\r\n");
    eventually("the handler gives up", || said.failed.load(Ordering::Relaxed));
    // The connection goes with it, however long the peer stays.
    let began = Instant::now();
    stop(server);
    assert!(began.elapsed() < Duration::from_secs(5), "it took {:?}", began.elapsed());
    drop(peer);
}
