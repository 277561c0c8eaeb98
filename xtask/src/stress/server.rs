//! The server that is leaned on, as the kernel sees it.

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::peers;
use crate::command::{Outcome, cargo, output, root, run};

pub struct Server {
    child: Child,
    pub port: u16,
}

/// Descriptors for this many connections, those that come and go, and what a process has besides.
fn files(connections: usize) -> String {
    format!("--nofile={}:", connections + 1_000)
}

/// We hold the other end of every connection.
pub fn raise_our_limit(connections: usize) -> Outcome {
    let mut command = Command::new("prlimit");
    command.args([format!("--pid={}", std::process::id()), files(connections)]);
    output(&mut command).map(drop)
}

impl Server {
    pub fn start(workers: usize, connections: usize) -> Outcome<Self> {
        run(&mut cargo("build --release --quiet --package httpz-benches --bin serve-httpz"))?;
        let folder = std::env::var_os("CARGO_TARGET_DIR").map_or(root().join("target"), Into::into);
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
        let port = port.map_err(|error| format!("there is no free port: {error}"))?.port();
        let child = Command::new("prlimit")
            .arg(files(connections))
            .arg(root().join(folder).join("release/serve-httpz"))
            .env("PORT", port.to_string())
            .env("WORKERS", workers.to_string())
            .stdin(Stdio::null())
            .spawn()
            .map_err(|error| format!("prlimit: {error}"))?;
        let server = Self { child, port };
        let began = Instant::now();
        while peers::warm_up(port).is_err() {
            if began.elapsed() > Duration::from_secs(10) {
                return Err("the server does not answer".into());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// Resident memory in bytes.
    pub fn resident(&self) -> Outcome<u64> {
        crate::bench::process::resident(self.child.id())
    }

    /// How many files and sockets it has open.
    pub fn descriptors(&self) -> Outcome<usize> {
        let folder = format!("/proc/{}/fd", self.child.id());
        fs::read_dir(folder).map(Iterator::count).map_err(|error| format!("the server: {error}"))
    }

    /// The same once there are no more than `expected`, or when it has had time enough to close them.
    pub fn descriptors_after(&self, expected: usize, patience: Duration) -> Outcome<usize> {
        let began = Instant::now();
        loop {
            let open = self.descriptors()?;
            if open <= expected || began.elapsed() > patience {
                return Ok(open);
            }
            thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
