//! No peer holds the server up.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use httpz::Config;
use httpz_core::net::Timeouts;
use httpz_tests::{Raw, eventually};

use super::{start, stop};

fn short() -> Config {
    let soon = Duration::from_millis(500);
    Config {
        workers: 1,
        timeouts: Timeouts {
            head: soon,
            body: soon,
            write: soon,
            keep_alive: soon,
            linger: soon,
            ..Timeouts::default()
        },
        ..Config::default()
    }
}

#[test]
fn a_head_that_does_not_come_is_408() {
    let server = start(short());
    let mut peer = Raw::connect(server.addr());
    peer.send("GET /plaintext HTTP/1.1\r\nHost");
    let answer = peer.answer();
    assert_eq!(answer.status, 408);
    assert!(answer.head.contains("Connection: close"));
    assert_eq!(peer.rest(), "");
    stop(server);
}

#[test]
fn dripping_bytes_does_not_extend_the_deadline_of_a_head() {
    let server = start(short());
    let mut peer = Raw::connect(server.addr());
    peer.send("GET / HTTP/1.1\r\nHost: a\r\nA: ");
    let mut dripped = 0;
    while peer.try_send("b").is_ok() && dripped < 200 {
        dripped += 1;
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(dripped < 200, "the server took {dripped} drops in ten seconds");
    stop(server);
}

#[test]
fn a_body_that_does_not_come_is_408() {
    let server = start(short());
    let mut peer = Raw::connect(server.addr());
    peer.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
    assert_eq!(peer.answer().status, 408);
    assert_eq!(peer.rest(), "");
    stop(server);
}

#[test]
fn an_idle_connection_is_closed_silently() {
    let server = start(short());
    let mut fresh = Raw::connect(server.addr());
    let mut used = Raw::connect(server.addr());
    assert_eq!(used.get("/plaintext").body, "Hello, World!");
    assert_eq!((fresh.rest(), used.rest()), (String::new(), String::new()));
    stop(server);
}

#[test]
fn a_peer_that_reads_nothing_is_cut() {
    let server = start(short());
    let mut peer = Raw::connect(server.addr());
    // More than the socket buffers of both sides hold.
    for _ in 0..8 {
        peer.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    let deadline = std::time::Instant::now() + httpz_tests::PATIENCE;
    while peer.try_send("GET /plaintext HTTP/1.1\r\nHost: a\r\n\r\n").is_ok() {
        assert!(std::time::Instant::now() < deadline, "the server still holds the connection");
        std::thread::sleep(Duration::from_millis(100));
    }
    stop(server);
}

/// However much it may send after a last answer, it has no more than its time for that.
#[test]
fn a_peer_that_never_stops_sending_is_cut() {
    let server = start(short());
    let mut peer = Raw::connect(server.addr());
    peer.send("POST /guarded/ HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000000000\r\n\r\n");
    let deadline = std::time::Instant::now() + httpz_tests::PATIENCE;
    while peer.try_send([b'x'; 10_000]).is_ok() {
        assert!(std::time::Instant::now() < deadline, "the server still listens");
    }
    stop(server);
}

/// Its line is slow: what it sends takes longer than the time for its end.
#[test]
fn a_peer_that_still_sends_a_refused_upload_gets_to_its_answer() {
    let server = start(short());
    let mut peer = Raw::connect(server.addr());
    peer.send("POST /guarded/ HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n");
    for _ in 0..30 {
        peer.send([b'x'; 100_000]);
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(peer.answer().status, 403);
    stop(server);
}

/// Closed in order, megabytes of it stayed with the system for minutes.
#[test]
fn what_a_peer_does_not_read_is_not_kept_for_it() {
    let server = start(short());
    let mut peer = TcpStream::connect(server.addr()).expect("the server listens");
    peer.write_all(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n").expect("it takes bytes");
    eventually("it is reset", || peer.take_error().expect("it can be asked").is_some());
    stop(server);
}

#[test]
fn a_slow_handler_has_no_deadline() {
    let mut config = short();
    config.timeouts.keep_alive = Duration::from_millis(1);
    config.timeouts.head = Duration::from_millis(1);
    let server = start(config);
    let mut peer = Raw::connect(server.addr());
    assert_eq!(peer.get("/slow").body, "slept");
    stop(server);
}
