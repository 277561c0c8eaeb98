//! What goes wrong outside of a request must not outlive it.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use httpz::Config;
use httpz_core::server::ShutdownConfig;
use httpz_tests::{Raw, eventually, skipped};
use socket2::SockRef;

use super::shutdown::{address_of, minds};
use super::start;

/// A server in a process of its own, so that its descriptors can be counted.
fn victim(files: usize) -> (Child, SocketAddr) {
    let mut child = Command::new("sh")
        .args(["-c", &format!("ulimit -n {files}; exec \"$0\"")])
        .arg(env!("CARGO_BIN_EXE_victim"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the victim starts");
    let addr = address_of(&mut child);
    minds(&child, 15);
    (child, addr)
}

fn descriptors(child: &Child) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", child.id())).expect("it lives").count()
}

fn end(mut child: Child) {
    child.kill().expect("it is still there");
    child.wait().expect("it ends");
}

/// How a peer leaves.
#[derive(Clone, Copy, Debug)]
enum Exit {
    /// It closes in good order; what it has not read makes the system send a reset.
    Closes,
    /// It has nothing more to say, and then goes without waiting for an answer.
    FallsSilent,
    /// It is gone at once.
    Resets,
}

#[test]
fn a_peer_may_leave_at_any_point_in_any_way() {
    let (child, addr) = victim(1024);
    // A worker opens what it needs on its own thread: all of that is there once it has answered.
    let mut first = Raw::connect(addr);
    assert_eq!(first.get("/plaintext").status, 200);
    let before = descriptors(&child);
    let requests = [
        "GET /plaintext HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /slow/30 HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nsome body",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbody",
    ];
    for request in requests {
        for exit in [Exit::Closes, Exit::FallsSilent, Exit::Resets] {
            for cut in (0..request.len()).step_by(3).chain([request.len()]) {
                let mut peer = TcpStream::connect(addr).expect("the server listens");
                peer.write_all(&request.as_bytes()[..cut]).expect("it takes bytes");
                match exit {
                    Exit::Closes => {}
                    Exit::FallsSilent => {
                        peer.shutdown(std::net::Shutdown::Write).expect("our side is open");
                    }
                    Exit::Resets => {
                        let at_once = SockRef::from(&peer).set_linger(Some(Duration::ZERO));
                        at_once.expect("it can be set");
                    }
                }
            }
        }
        assert_eq!(Raw::connect(addr).get("/plaintext").status, 200, "after {request:?}");
    }
    eventually("all descriptors are closed", || descriptors(&child) <= before);
    drop(first);
    end(child);
}

/// In HTTP/1.0 a stream ends with its connection, so one that breaks off must not look like an end.
#[test]
fn a_stream_that_breaks_off_is_a_reset_where_its_end_is_that_of_the_connection() {
    let shutdown =
        ShutdownConfig { deadline: Duration::from_millis(500), ..ShutdownConfig::default() };
    let server = start(Config { workers: 1, shutdown, ..Config::default() });
    let ask = |how: &str| {
        let mut peer = TcpStream::connect(server.addr()).expect("the server listens");
        write!(peer, "GET /stream/{how} HTTP/1.0\r\n\r\n").expect("it takes bytes");
        peer
    };
    let read = |mut peer: TcpStream| {
        let mut said = String::new();
        let end = peer.read_to_string(&mut said).map(drop).map_err(|error| error.kind());
        (said.rsplit("\r\n").next().map(str::to_owned), end)
    };
    let reset = || Err(ErrorKind::ConnectionReset);
    assert_eq!(read(ask("ends")), (Some("half and half".to_owned()), Ok(())));
    assert_eq!(read(ask("fails")), (Some("half".to_owned()), reset()));
    // What is cut at the deadline of a shutdown breaks off as well.
    let peer = ask("stays");
    peer.peek(&mut [0]).expect("it has begun");
    server.shutdown();
    assert_eq!(read(peer), (Some("half".to_owned()), reset()));
    server.wait();
}

#[test]
fn without_descriptors_connections_wait_and_are_served_later() {
    let (mut child, addr) = victim(40);
    let mut peers: Vec<_> = (0..60).map(|_| Raw::connect(addr)).collect();
    let mut line = String::new();
    let stderr = child.stderr.take().expect("its errors are piped");
    BufReader::new(stderr).read_line(&mut line).expect("it says something");
    assert!(line.contains("cannot accept") && line.contains("trying again"), "{line}");
    // Those that came first are served all the while.
    assert_eq!(peers[0].get("/plaintext").status, 200);
    // When they leave there is room for the last.
    let mut last = peers.pop().expect("there are sixty");
    drop(peers);
    assert_eq!(last.get("/plaintext").status, 200);
    end(child);
}

/// The file system is one that has no room for another file, in a place of its own.
#[test]
fn a_socket_that_finds_no_room_on_the_disk_is_an_error_at_start_that_names_it() {
    let folder = std::env::temp_dir().join(format!("httpz-full-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("there is room here");
    let path = folder.join("app.sock");
    let output = Command::new("unshare")
        .args([
            "-rm",
            "sh",
            "-c",
            "mount -t tmpfs -o nr_inodes=1 none \"$0\" || exit 77; exec \"$1\"",
        ])
        .arg(&folder)
        .arg(env!("CARGO_BIN_EXE_configured"))
        .env("HTTPZ_LISTEN", format!("unix:{}", path.display()))
        .output();
    let _ = std::fs::remove_dir(&folder);
    let may_not = |output: &Output| {
        output.status.code() == Some(77) || output.stderr.starts_with(b"unshare:")
    };
    let output = match output {
        Ok(output) if !may_not(&output) => output,
        _ => {
            let name = "a_socket_that_finds_no_room_on_the_disk_is_an_error_at_start_that_names_it";
            skipped(name, "`unshare` and the right to mount");
            return;
        }
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{said}");
    assert!(said.contains(&format!("cannot listen on unix:{}", path.display())), "{said}");
    assert!(said.contains("No space left on device"), "{said}");
}
