//! A new process takes the old one's place, and nobody who asks notices.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use httpz_tests::{Raw, eventually};

use super::shutdown::{address_of, signal};

const RESTARTS: usize = 7;

fn place(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("httpz-{name}-{}", std::process::id()))
}

fn start(path: &PathBuf) -> (Child, SocketAddr) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_victim"))
        .env("HANDOVER", path)
        .env("WORKERS", "2")
        .stdout(Stdio::piped())
        .spawn()
        .expect("the victim starts");
    let addr = address_of(&mut child);
    (child, addr)
}

/// POSTs, which no client repeats by itself, so that nothing hides a failure.
fn post(peer: &mut Raw, last: bool) -> std::io::Result<bool> {
    let close = if last { "Connection: close\r\n" } else { "" };
    peer.try_send(format!(
        "POST /echo HTTP/1.1\r\nHost: a\r\n{close}Content-Length: 4\r\n\r\nping"
    ))?;
    let answer = peer.try_answer()?;
    assert_eq!((answer.status, answer.body.as_str()), (200, "ping"));
    Ok(answer.head.contains("Connection: close"))
}

#[test]
fn seven_restarts_under_load_lose_no_request() {
    let path = place("handover");
    let (mut serving, addr) = start(&path);
    let (stop, done) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for keeps_alive in [true, true, true, true, false, false] {
            let (stop, done) = (&stop, &done);
            scope.spawn(move || {
                let mut peer = Raw::connect(addr);
                while !stop.load(Ordering::Relaxed) {
                    let closed = post(&mut peer, !keeps_alive).expect("no request fails");
                    done.fetch_add(1, Ordering::Relaxed);
                    if closed {
                        peer = Raw::connect(addr);
                    }
                }
            });
        }
        for _ in 0..RESTARTS {
            let before = done.load(Ordering::Relaxed);
            let (next, same) = start(&path);
            assert_eq!(same, addr);
            let status = std::mem::replace(&mut serving, next).wait().expect("it ends");
            assert_eq!(status.code(), Some(0), "the old process ends by itself");
            eventually("the new process serves", || done.load(Ordering::Relaxed) >= before + 100);
        }
        stop.store(true, Ordering::Relaxed);
    });
    signal(&serving, 15);
    assert_eq!(serving.wait().expect("it ends").code(), Some(0));
    assert!(!path.exists(), "the file of the handover is left behind");
}

#[test]
fn a_successor_that_fails_changes_nothing() {
    let path = place("failure");
    let (mut serving, addr) = start(&path);
    // Asks for the sockets, gets them, and dies.
    let mut failing = UnixStream::connect(&path).expect("somebody waits there");
    std::io::Write::write_all(&mut failing, b"take").expect("it is heard");
    drop(failing);
    assert!(!post(&mut Raw::connect(addr), false).expect("it serves on"));
    let (mut next, same) = start(&path);
    assert_eq!(same, addr);
    assert_eq!(serving.wait().expect("it ends").code(), Some(0));
    next.kill().expect("it is still there");
    next.wait().expect("it ends");
}

#[test]
fn whoever_comes_and_is_silent_does_not_keep_a_successor_away() {
    let path = place("silence");
    let (mut serving, addr) = start(&path);
    let silent = UnixStream::connect(&path).expect("somebody waits there");
    let (mut next, same) = start(&path);
    assert_eq!(same, addr);
    assert_eq!(serving.wait().expect("it ends").code(), Some(0));
    drop(silent);
    next.kill().expect("it is still there");
    next.wait().expect("it ends");
}

/// What systemd does: opens the socket, says where it is, and listens to what it is told.
#[test]
fn serves_the_socket_of_a_supervisor_and_tells_it_when() {
    let socket = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let addr = socket.local_addr().expect("it is bound");
    let told_at = place("notify");
    let told = UnixDatagram::bind(&told_at).expect("it can be bound");
    told.set_read_timeout(Some(httpz_tests::PATIENCE)).expect("a timeout can be set");
    // Passed as standard input; the shell gives it the number that the protocol asks for.
    let stdin = OwnedFd::from(socket);
    let mut child = Command::new("sh")
        .args(["-c", "exec 3<&0 0</dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\""])
        .arg(env!("CARGO_BIN_EXE_victim"))
        .env("NOTIFY_SOCKET", &told_at)
        .stdin(stdin)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell");
    assert_eq!(address_of(&mut child), addr);
    let mut word = [0; 256];
    let n = told.recv(&mut word).expect("it says that it is ready");
    assert!(String::from_utf8_lossy(&word[..n]).contains("READY=1"));
    assert_eq!(Raw::connect(addr).get("/plaintext").status, 200);
    signal(&child, 15);
    let n = told.recv(&mut word).expect("it says that it ends");
    assert!(String::from_utf8_lossy(&word[..n]).contains("STOPPING=1"));
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert!(TcpStream::connect_timeout(&addr, Duration::from_secs(1)).is_err());
    std::fs::remove_file(told_at).expect("it is still there");
}
