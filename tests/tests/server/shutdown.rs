//! Leaving without losing a request.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use httpz::Config;
use httpz_core::net::ConnectionLimits;
use httpz_core::server::ShutdownConfig;
use httpz_tests::{Raw, eventually};

use super::start;

#[test]
fn a_request_in_flight_is_answered_and_an_idle_connection_closed() {
    let server = start(Config { workers: 2, ..Config::default() });
    let mut idle = Raw::connect(server.addr());
    assert_eq!(idle.get("/plaintext").status, 200);
    let mut busy = Raw::connect(server.addr());
    busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    std::thread::sleep(Duration::from_millis(100));
    server.shutdown();
    let answer = busy.answer();
    assert_eq!(answer.body, "slept");
    assert!(answer.head.contains("Connection: close"), "{}", answer.head);
    assert_eq!(idle.rest(), "");
    server.wait();
    assert!(server.is_finished());
    assert!(std::net::TcpStream::connect(server.addr()).is_err(), "somebody still listens");
}

/// The runtime gives no more than 128 at a time, and the rate was minded until the very end: the rest of
/// the queue was reset.
#[test]
fn everybody_whom_the_kernel_has_queued_is_served_at_the_end() {
    let connections = ConnectionLimits { accept_rate: 20, ..ConnectionLimits::default() };
    let server = start(Config { workers: 1, connections, ..Config::default() });
    let mut blocking = Raw::connect(server.addr());
    blocking.send("GET /block HTTP/1.1\r\nHost: a\r\n\r\n");
    std::thread::sleep(Duration::from_millis(100));
    let mut queued: Vec<_> = (0..200).map(|_| Raw::connect(server.addr())).collect();
    for peer in &mut queued {
        peer.send("GET /plaintext HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    server.shutdown();
    let served = queued.iter_mut().filter_map(|peer| peer.try_answer().ok());
    assert_eq!(served.filter(|answer| answer.status == 200).count(), 200);
    server.wait();
}

#[test]
fn a_server_says_that_it_is_not_ready_before_it_turns_anybody_away() {
    let shutdown =
        ShutdownConfig { not_ready: Duration::from_secs(1), ..ShutdownConfig::default() };
    let server = start(Config { workers: 1, shutdown, ..Config::default() });
    let mut peer = Raw::connect(server.addr());
    assert_eq!(peer.get("/readyz").status, 200);
    server.shutdown();
    eventually("it is not ready", || peer.get("/readyz").status == 503);
    let answer = Raw::connect(server.addr()).get("/plaintext");
    assert_eq!(answer.status, 200);
    assert!(!answer.head.contains("Connection: close"), "{}", answer.head);
    eventually("answers are the last of their connection", || {
        peer.get("/readyz").head.contains("Connection: close")
    });
    server.wait();
}

#[test]
fn a_worker_that_a_handler_blocks_is_reported() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_victim"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the victim starts");
    let mut peer = Raw::connect(address_of(&mut child));
    peer.send("GET /block/6000 HTTP/1.1\r\nHost: a\r\n\r\n");
    let mut line = String::new();
    let stderr = child.stderr.take().expect("its errors are piped");
    BufReader::new(stderr).read_line(&mut line).expect("it says something");
    assert!(line.contains("worker 0 has not moved for 4s: a handler blocks its thread"), "{line}");
    child.kill().expect("it is still there");
    child.wait().expect("it ends");
}

#[test]
fn what_is_still_busy_at_the_deadline_is_cut() {
    let shutdown =
        ShutdownConfig { deadline: Duration::from_millis(500), ..ShutdownConfig::default() };
    let config = Config { workers: 1, shutdown, ..Config::default() };
    let server = start(config);
    let mut peer = Raw::connect(server.addr());
    peer.send("GET /plaintext HTTP/1.1\r\nHo");
    std::thread::sleep(Duration::from_millis(100));
    server.shutdown();
    server.wait();
    assert_eq!(peer.rest(), "");
}

#[test]
fn a_taken_address_is_an_error_that_names_it() {
    let server = start(Config::default());
    let port = server.addr().port();
    let error = httpz::App::new((), |r| r)
        .config(Config { port, ..Config::default() })
        .start()
        .expect_err("the port is taken");
    assert!(error.to_string().contains(&format!("127.0.0.1:{port}")), "{error}");
    super::stop(server);
}

/// Waits until a process minds SIGTERM (15) or SIGINT (2), the last thing that it prepares.
pub(super) fn minds(child: &Child, number: u32) {
    let pid = child.id();
    eventually("the process minds the signal", || {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        caught.is_some_and(|mask| mask & (1 << (number - 1)) != 0)
    });
}

/// Sends it, once the process minds it.
pub(super) fn signal(child: &Child, number: u32) {
    minds(child, number);
    let (number, pid) = (format!("-{number}"), child.id().to_string());
    assert!(Command::new("kill").args([number, pid]).status().expect("kill runs").success());
}

fn victim() -> (Child, std::net::SocketAddr) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_victim"))
        .stdout(Stdio::piped())
        .spawn()
        .expect("the victim starts");
    let addr = address_of(&mut child);
    (child, addr)
}

pub(super) fn address_of(child: &mut Child) -> std::net::SocketAddr {
    let mut line = String::new();
    let stdout = child.stdout.take().expect("its output is piped");
    BufReader::new(stdout).read_line(&mut line).expect("it says its address");
    line.trim().parse().expect("an address")
}

#[test]
fn signals_end_the_process_with_status_0_after_its_last_answer() {
    for number in [2, 15] {
        let (mut child, addr) = victim();
        let mut peer = Raw::connect(addr);
        peer.send("GET /slow/300 HTTP/1.1\r\nHost: a\r\n\r\n");
        std::thread::sleep(Duration::from_millis(100));
        signal(&child, number);
        assert_eq!(peer.answer().body, "slept", "{number}");
        let status = child.wait().expect("it ends");
        assert_eq!(status.code(), Some(0), "{number}");
    }
}
