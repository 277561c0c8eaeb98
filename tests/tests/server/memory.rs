//! What a server holds for a peer that does not keep pace. Measured in a process of its own, for other
//! tests run in this one.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use httpz_tests::{Raw, eventually, resident};

const MIB: usize = 1024 * 1024;

/// A server that its environment configures, in a process of its own.
pub(super) struct Holder {
    pub(super) child: Child,
    pub(super) path: PathBuf,
}

impl Holder {
    pub(super) fn start(variables: &[(&str, &str)]) -> Self {
        Self::run(Command::new(env!("CARGO_BIN_EXE_configured")), variables)
    }

    pub(super) fn run(mut command: Command, variables: &[(&str, &str)]) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("httpz-test-holder-{}-{n}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let child = command
            .env("HTTPZ_LISTEN", format!("unix:{}", path.display()))
            .envs(variables.iter().copied())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let holder = Self { child, path };
        eventually("it listens", || Raw::unix(&holder.path).is_ok());
        holder
    }

    pub(super) fn resident(&self) -> usize {
        resident(&self.child.id().to_string())
    }

    /// A connection that has sent this.
    fn ask(&self, request: &str) -> UnixStream {
        let mut peer = UnixStream::connect(&self.path).expect("it listens");
        peer.write_all(request.as_bytes()).expect("it takes requests");
        peer
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.path);
    }
}

#[test]
fn a_body_that_its_handler_does_not_read_stays_with_the_peer() {
    const SIZE: usize = 64 * MIB;
    let holder = Holder::start(&[
        ("HTTPZ_WORKERS", "1"),
        ("HTTPZ_REQUEST_MAX_BODY_SIZE", "64MiB"),
        ("HTTPZ_REQUEST_BUFFER_SIZE", "64KiB"),
    ]);
    let before = holder.resident();
    let head = format!("POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: {SIZE}\r\n\r\n");
    let mut peer = holder.ask(&head);
    peer.set_write_timeout(Some(Duration::from_millis(500))).expect("a timeout can be set");
    let (piece, mut sent) = (vec![b'x'; 64 * 1024], 0);
    while sent < SIZE {
        match peer.write(&piece) {
            Ok(n) => sent += n,
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) => panic!("the connection is lost: {error}"),
        }
    }
    assert!(sent < SIZE / 2, "{sent} bytes are more than sockets hold");
    let grown = holder.resident().saturating_sub(before);
    assert!(grown < 16 * MIB, "{grown} bytes of memory for what nobody reads");
}

#[test]
fn a_stream_that_its_peer_does_not_take_waits_for_it() {
    let holder = Holder::start(&[("HTTPZ_WORKERS", "1")]);
    let before = holder.resident();
    let mut peer = holder.ask("GET /pour HTTP/1.1\r\nHost: a\r\n\r\n");
    peer.read_exact(&mut [0]).expect("it answers");
    // A server that did not wait would take a gigabyte meanwhile.
    for _ in 0..10 {
        std::thread::sleep(Duration::from_millis(50));
        let grown = holder.resident().saturating_sub(before);
        assert!(grown < 8 * MIB, "{grown} bytes of memory for what nobody takes");
    }
}
