//! Every limit has a status, and none of them ends the server.

use std::time::Duration;

use httpz::Config;
use httpz_core::net::ConnectionLimits;
use httpz_tests::{Raw, eventually};

use super::{start, stop};

#[test]
fn what_is_over_a_limit_is_refused_and_the_next_connection_served() {
    let server = start(Config { workers: 1, ..Config::default() });
    let long = "x".repeat(70_000);
    for (request, status) in [
        ("DELETE /plaintext HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), 405),
        ("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), 404),
        ("GET /panic HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), 500),
        (format!("GET /plaintext HTTP/1.1\r\nHost: a\r\nA: {long}\r\n\r\n"), 431),
        (format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n"), 414),
        (format!("GET /plaintext HTTP/1.1\r\nHost: a\r\n{}\r\n", "A: b\r\n".repeat(40)), 431),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n".to_owned(), 413),
        ("GET / HTTP/3.0\r\nHost: a\r\n\r\n".to_owned(), 505),
        (
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: br, chunked\r\n\r\n".to_owned(),
            501,
        ),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n".to_owned(), 417),
    ] {
        let mut peer = Raw::connect(server.addr());
        // A server that has refused early may stop taking bytes.
        let _ = peer.try_send(&request);
        assert_eq!(peer.answer().status, status, "{}", &request[..40]);
        assert_eq!(Raw::connect(server.addr()).get("/plaintext").status, 200);
    }
    stop(server);
}

/// In debug builds, on this machine; others hear the first words of it.
#[test]
fn a_developer_hears_which_limit_a_body_is_over_and_what_sets_it() {
    let server = start(Config { workers: 1, ..Config::default() });
    let mut peer = Raw::connect(server.addr());
    peer.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n");
    let told = peer.answer().body;
    assert!(told.starts_with("request body is too large"), "{told}");
    if cfg!(debug_assertions) {
        assert!(told.contains("POST /echo"), "{told}");
        assert!(told.contains("takes 1048576 bytes"), "{told}");
        assert!(told.contains("`request.max_body_size`"), "{told}");
    }
    stop(server);
}

#[test]
fn the_answer_to_a_refused_upload_can_be_read() {
    let server = start(Config { workers: 1, ..Config::default() });
    for head in ["Content-Length: 4000000", "Transfer-Encoding: chunked"] {
        let mut peer = Raw::connect(server.addr());
        peer.send(format!("POST /echo HTTP/1.1\r\nHost: a\r\n{head}\r\n\r\n"));
        let piece = if head.starts_with('C') {
            "x".repeat(4000)
        } else {
            format!("fa0\r\n{}\r\n", "x".repeat(4000))
        };
        for _ in 0..300 {
            if peer.try_send(&piece).is_err() {
                break;
            }
        }
        assert_eq!(peer.answer().status, 413, "{head}");
    }
    stop(server);
}

/// A guard refuses before a byte of the body is read.
#[test]
fn an_answer_before_the_upload_ends_can_be_read() {
    let server = start(Config { workers: 1, ..Config::default() });
    let mut peer = Raw::connect(server.addr());
    peer.send("POST /guarded/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
    assert_eq!(peer.answer().status, 403);
    let mut peer = Raw::connect(server.addr());
    peer.send("POST /guarded/ HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    peer.send(vec![b'x'; 100_000]);
    assert_eq!(peer.answer().status, 403);
    assert_eq!(peer.get("/plaintext").body, "Hello, World!");
    stop(server);
}

/// As nginx and Varnish do with a body that they have whole: an error while it is written would be their 502 or 503.
#[test]
fn a_peer_that_sends_all_of_a_refused_upload_before_it_listens_is_let_finish() {
    let server = start(Config { workers: 1, ..Config::default() });
    for target in ["/guarded/", "/echo"] {
        let mut peer = Raw::connect(server.addr());
        peer.send(format!("POST {target} HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\n\r\n"));
        for _ in 0..200 {
            peer.send([b'x'; 100_000]);
        }
        assert!([403, 413].contains(&peer.answer().status), "{target}");
    }
    stop(server);
}

#[test]
fn without_a_free_exchange_the_answer_is_503_with_retry_after() {
    let mut config = Config { workers: 1, ..Config::default() };
    (config.pool.min, config.pool.max) = (0, 1);
    config.pool.timeout = Duration::from_millis(1);
    let server = start(config);
    let mut holder = Raw::connect(server.addr());
    holder.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo");
    // The holder's bytes may still be on their way; ask until they have arrived.
    let refused = (0..100).find_map(|_| {
        let mut peer = Raw::connect(server.addr());
        let answer = peer.get("/plaintext");
        (answer.status == 503).then_some(answer)
    });
    let refused = refused.expect("one exchange cannot serve two");
    assert!(refused.head.contains("Retry-After: "), "{}", refused.head);
    holder.send("dy");
    assert_eq!(holder.answer().body, "body");
    assert_eq!(Raw::connect(server.addr()).get("/plaintext").status, 200);
    stop(server);
}

#[test]
fn bodies_of_every_size_come_back_whole() {
    let server = start(Config { workers: 1, ..Config::default() });
    let mut peer = Raw::connect(server.addr());
    for size in [0, 1, 1000, 16_383, 65_000, 65_536, 70_000, 1_048_576] {
        let body: String = (0..size).map(|i| char::from(b'a' + (i % 23) as u8)).collect();
        peer.send(format!(
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n\r\n{body}"
        ));
        assert!(peer.answer().body == body, "{size} bytes, counted");
        peer.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        for chunk in body.as_bytes().chunks(7000) {
            peer.send(format!("{:x}\r\n", chunk.len())).send(chunk).send("\r\n");
        }
        peer.send("0\r\n\r\n");
        assert!(peer.answer().body == body, "{size} bytes, in chunks");
    }
    stop(server);
}

fn connections(limits: ConnectionLimits) -> Config {
    Config { workers: 2, connections: limits, ..Config::default() }
}

#[test]
fn a_connection_too_many_hears_503_and_there_is_room_again_when_one_leaves() {
    for limits in [
        ConnectionLimits { max: 3, ..ConnectionLimits::default() },
        // This machine is not counted unless it is said to be.
        ConnectionLimits { per_peer: 3, uncounted: Vec::new(), ..ConnectionLimits::default() },
    ] {
        let server = start(connections(limits.clone()));
        let mut inside: Vec<_> = (0..3).map(|_| Raw::connect(server.addr())).collect();
        for peer in &mut inside {
            assert_eq!(peer.get("/plaintext").status, 200);
        }
        let answer = Raw::connect(server.addr()).answer();
        assert_eq!(answer.status, 503, "{limits:?}");
        assert!(answer.head.contains("Retry-After: 1"), "{}", answer.head);
        drop(inside);
        let served = || {
            let mut peer = Raw::connect(server.addr());
            let sent = peer.try_send("GET /plaintext HTTP/1.1\r\nHost: a\r\n\r\n");
            sent.is_ok() && peer.try_answer().is_ok_and(|answer| answer.status == 200)
        };
        eventually("there is room again", served);
        stop(server);
    }
}

#[test]
fn connections_over_the_rate_wait_and_are_served() {
    // Two workers with two ticks per second each: one connection per tick and worker.
    let server = start(connections(ConnectionLimits { accept_rate: 4, ..Default::default() }));
    let began = std::time::Instant::now();
    let mut peers: Vec<_> = (0..12).map(|_| Raw::connect(server.addr())).collect();
    for peer in &mut peers {
        assert_eq!(peer.get("/plaintext").status, 200);
    }
    // Six for each worker if they are spread evenly, twelve if they are not; the first comes at once.
    assert!(began.elapsed() > Duration::from_millis(1900), "{:?}", began.elapsed());
    stop(server);
}

#[test]
fn a_connection_ends_after_as_many_requests_as_it_may_make() {
    let server = start(Config { workers: 1, max_requests: 2, ..Config::default() });
    let mut peer = Raw::connect(server.addr());
    assert!(!peer.get("/plaintext").head.contains("Connection: close"));
    assert!(peer.get("/plaintext").head.contains("Connection: close"));
    assert_eq!(peer.rest(), "");
    stop(server);
}
