//! Many connections at once: no errors, and memory within its bound afterwards.

use std::process::Command;

use httpz::Config;
use httpz_tests::{Raw, has_command, resident};

use super::{start, stop};

#[test]
fn many_connections_are_served_side_by_side() {
    let server = start(Config { workers: 2, ..Config::default() });
    let mut peers: Vec<Raw> = (0..256).map(|_| Raw::connect(server.addr())).collect();
    for _ in 0..4 {
        for peer in &mut peers {
            peer.send("GET /plaintext HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        for peer in &mut peers {
            assert_eq!(peer.answer().body, "Hello, World!");
        }
    }
    stop(server);
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server = start(Config { workers: 1, ..Config::default() });
    let mut peer = Raw::connect(server.addr());
    let mut batch = String::new();
    for n in 0..100 {
        let body = format!("number {n}");
        batch += &format!(
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        if n % 10 == 3 {
            batch += "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";
        }
    }
    peer.send(batch);
    for n in 0..100 {
        assert_eq!(peer.answer().body, format!("number {n}"));
        if n % 10 == 3 {
            assert_eq!(peer.answer().body, "slept");
        }
    }
    stop(server);
}

#[test]
fn wrk_finds_no_errors_and_memory_stays_within_the_bound() {
    if !has_command("wrk_finds_no_errors_and_memory_stays_within_the_bound", "wrk") {
        return;
    }
    let config = Config { workers: 1, ..Config::default() };
    // The documented maximum of the pool, and room for the connections and the test itself.
    let per_exchange = config.request.buffer_size
        + config.request.max_body_size
        + config.response.body_buffer_size
        + config.response.header_buffer_size;
    let bound = config.pool.max * per_exchange;
    let server = start(config);
    let before = resident("self");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/pipeline.lua");
    for extra in [&[][..], &["-s", script]] {
        let output = Command::new("wrk")
            .args(["-t1", "-c256", "-d3s"])
            .args(extra)
            .arg(format!("http://{}/plaintext", server.addr()))
            .output()
            .expect("wrk runs");
        let report = String::from_utf8_lossy(&output.stdout);
        assert!(report.contains("requests in"), "{report}");
        assert!(!report.contains("Socket errors"), "{report}");
        assert!(!report.contains("Non-2xx"), "{report}");
    }
    let grown = resident("self").saturating_sub(before);
    assert!(grown < bound, "{grown} bytes more than before, over {bound}");
    stop(server);
}
