//! The server that is leaned on, as the kernel sees it.

use std::fs;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::peers;
use crate::command::{Outcome, cargo, output, run, target_dir};
use crate::daemon::{Daemon, free_port, wait_for_answer};

pub struct Server {
    running: Daemon,
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
        let port = free_port()?;
        let mut command = Command::new("prlimit");
        command
            .arg(files(connections))
            .arg(target_dir().join("release/serve-httpz"))
            .env("PORT", port.to_string())
            .env("WORKERS", workers.to_string());
        let server = Self { running: Daemon::start(&mut command)?, port };
        wait_for_answer(Duration::from_secs(10), || peers::warm_up(port))?;
        Ok(server)
    }

    /// Resident memory in bytes.
    pub fn resident(&self) -> Outcome<u64> {
        crate::bench::process::resident(self.running.pid())
    }

    /// How many files and sockets it has open.
    pub fn descriptors(&self) -> Outcome<usize> {
        let folder = format!("/proc/{}/fd", self.running.pid());
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
