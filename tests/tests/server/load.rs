//! Many connections at once: no errors, and memory within its bound afterwards.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use httpz::ext::websocket::WebSocket;
use httpz::prelude::*;
use httpz::sse::Event;
use httpz_tests::{Raw, eventually, has_command, resident};

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

/// Talks until somebody else was served; but not for ever, so that a test fails rather than hangs.
#[get("/talk")]
async fn talk(served: &AtomicBool, res: &mut Response) -> Result {
    let mut events = res.events().await?;
    for _ in 0..100_000 {
        if served.load(Ordering::Relaxed) {
            return events.send(&Event::new("somebody else was served")).await;
        }
        events.send(&Event::new("and so on")).await?;
    }
    Ok(())
}

#[get("/serve")]
fn serve(served: &AtomicBool) {
    served.store(true, Ordering::Relaxed);
}

#[test]
fn a_peer_that_takes_all_it_is_sent_leaves_time_for_others() {
    let config = Config { workers: 1, port: 0, ..Config::default() };
    let app = App::new(AtomicBool::new(false), |r| r.mount(routes![talk, serve])).config(config);
    let server = app.start().expect("it starts");
    let mut listener = TcpStream::connect(server.addr()).expect("it listens");
    let request = b"GET /talk HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    listener.write_all(request).expect("it takes requests");
    listener.read_exact(&mut [0]).expect("it answers");
    let listening = thread::spawn(move || {
        let mut said = String::new();
        listener.read_to_string(&mut said).expect("it says good-bye");
        said
    });
    assert_eq!(Raw::connect(server.addr()).get("/serve").status, 200);
    let said = listening.join().expect("it was heard");
    assert!(said.contains("somebody else was served"), "{} bytes for one peer alone", said.len());
    stop(server);
}

/// Takes some of its worker's time; tells nobody.
#[get("/work")]
fn work(done: &AtomicUsize) {
    let began = Instant::now();
    while began.elapsed() < Duration::from_micros(20) {}
    done.fetch_add(1, Ordering::Relaxed);
}

#[get("/done")]
fn done(done: &AtomicUsize) -> String {
    done.load(Ordering::Relaxed).to_string()
}

/// The same for each message.
#[get("/work-on")]
async fn work_on(count: &AtomicUsize, req: &Request, res: &mut Response) -> Result {
    let mut socket = WebSocket::accept(req, res).await?;
    while socket.next().await.is_some() {
        work(count);
    }
    Ok(())
}

/// Two peers that sent their requests, or messages, in one go had a worker to themselves for as long as tens of
/// thousands of them took.
#[test]
fn a_peer_that_need_not_be_waited_for_leaves_time_for_others() {
    let request = "GET /work HTTP/1.1\r\nHost: a\r\n\r\n";
    others_have_their_turn(request.repeat(100_000).into());
    let upgrade = "GET /work-on HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
                   Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let message = b"\x81\x80mask";
    others_have_their_turn([upgrade.as_bytes(), &message.repeat(40_000)].concat());
}

fn others_have_their_turn(sent: Vec<u8>) {
    let meanwhile = meanwhile(sent);
    assert!(meanwhile < 6000, "{meanwhile} of two peers before three of a third");
}

/// How much is counted for two peers that send this, while a third asks three times.
fn meanwhile(sent: Vec<u8>) -> usize {
    let mut config = Config { workers: 1, port: 0, ..Config::default() };
    config.shutdown.deadline = Duration::from_millis(500);
    let routes = routes![work, work_on, done];
    let app = App::new(AtomicUsize::new(0), |r| r.mount(routes)).config(config);
    let server = app.start().expect("it starts");
    let addr = server.addr();
    let busy = || {
        let mut peer = TcpStream::connect(addr).expect("it listens");
        let mut hears = peer.try_clone().expect("a socket has two sides");
        let sent = sent.clone();
        thread::spawn(move || {
            let _ = peer.write_all(&sent);
            let _ = peer.shutdown(Shutdown::Write);
        });
        hears.read_exact(&mut [0]).expect("it answers");
        thread::spawn(move || io::copy(&mut hears, &mut io::sink()))
    };
    let peers = [busy(), busy()];
    let mut third = Raw::connect(addr);
    let counts: [usize; 4] =
        [0; 4].map(|_| third.get("/done").body.parse().expect("it is a number"));
    server.shutdown();
    drop(third);
    server.wait();
    peers.into_iter().for_each(|peer| _ = peer.join());
    counts[3] - counts[0]
}

/// Takes longer for each message than the peer takes to send it.
#[get("/ponder")]
async fn ponder(count: &AtomicUsize, req: &Request, res: &mut Response) -> Result {
    let mut socket = WebSocket::accept(req, res).await?;
    while socket.next().await.is_some() {
        count.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

/// It heard of the end only when it had nothing to read.
#[test]
fn a_socket_that_is_never_without_messages_ends_with_the_server() {
    let config = Config { workers: 1, port: 0, ..Config::default() };
    let app = App::new(AtomicUsize::new(0), |r| r.mount(routes![ponder, done])).config(config);
    let server = app.start().expect("it starts");
    let mut peer = Raw::connect(server.addr());
    peer.send(
        "GET /ponder HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    peer.send(b"\x81\x80mask".repeat(50_000));
    let done = || Raw::connect(server.addr()).get("/done").body;
    eventually("messages are read", || done() != "0");
    let (began, deadline) = (Instant::now(), Config::default().shutdown.deadline);
    stop(server);
    assert!(began.elapsed() < deadline / 2, "it took {:?}", began.elapsed());
}

#[test]
fn wrk_finds_no_errors_and_memory_stays_within_the_bound() {
    if !has_command("wrk_finds_no_errors_and_memory_stays_within_the_bound", "wrk") {
        return;
    }
    let config = Config { workers: 1, ..Config::default() };
    // Below the documented maximum, which has 208 KiB more for each exchange; `row_56` measures that one.
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
