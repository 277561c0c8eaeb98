//! Which servers are compared, how are they built, and how is one run?

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::client;
use crate::command::{Outcome, cargo, line_of, root, run, target_dir};

/// Our own row.
pub const OURS: &str = "httpz";

/// The peers: their names here, which are also their features in `benches/peers`.
pub const PEERS: &[&str] =
    &["floor-tokio", "hyper", "axum", "actix", "ntex", "xitca", "may", "salvo", "poem", "rocket"];

/// Who takes part in a quick run.
pub const QUICK: &[&str] = &["floor-tokio", "hyper", "axum"];

/// A bench server that has been built.
#[derive(Clone, Debug)]
pub struct Server {
    pub name: String,
    pub workers: usize,
    binary: PathBuf,
}

/// Builds one server; a build that fails says so and takes the server out of the comparison.
pub fn build(name: &str, workers: usize) -> Outcome<Server> {
    let binary = format!("serve-{name}");
    if name == OURS {
        run(&mut cargo(&format!("build --release --package httpz-benches --bin {binary}")))?;
        return Ok(Server {
            name: name.into(),
            workers,
            binary: target_dir().join("release").join(binary),
        });
    }
    // Their target folder is their own, wherever ours is: rebuilding them takes minutes.
    let folder = root().join("benches/peers");
    let mut command = cargo(&format!("build --release --locked --features {name} --bin {binary}"));
    run(command.current_dir(&folder).env("CARGO_TARGET_DIR", folder.join("target")))?;
    Ok(Server { name: name.into(), workers, binary: folder.join("target/release").join(binary) })
}

/// Where a server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Anywhere.
    Free,
    /// On the first cores, one per worker, which it has for itself.
    OwnCore,
    /// On the same cores, shared with the load generator, in batches: neither interrupts the
    /// other, so every server gets the same batches whatever its speed.
    SharedCore,
    /// Anywhere, under callgrind.
    Callgrind,
}

/// A server that is stopped when this is dropped.
pub struct Running {
    child: Child,
    pub port: u16,
    pub workers: usize,
}

impl Server {
    /// Starts the server and checks that it keeps the contract.
    pub fn start(&self, place: Place) -> Outcome<Running> {
        self.start_in(place, &target_dir())
    }

    /// As [`start`](Self::start); whatever the server or its tool writes goes to `folder`.
    pub fn start_in(&self, place: Place, folder: &Path) -> Outcome<Running> {
        let port = free_port()?;
        let mut command = wrapped(place, folder, self.workers);
        command
            .arg(&self.binary)
            .env("PORT", port.to_string())
            .env("WORKERS", self.workers.to_string())
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command.spawn().map_err(|error| format!("{}: {error}", line_of(&command)))?;
        let running = Running { child, port, workers: self.workers };
        client::check_contract(port, Duration::from_secs(30))
            .map_err(|reason| format!("{}: {reason}", self.name))?;
        Ok(running)
    }
}

impl Running {
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only if the server is gone already, which is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The programs that put a server in its place; each becomes the next, so the process id stays.
fn wrapped(place: Place, folder: &Path, workers: usize) -> Command {
    let mut command = Command::new("prlimit");
    // Ten thousand connections and then some. Raising the soft limit needs no privilege.
    command.arg(format!("--nofile={N_FILES}:"));
    let cores = first_cores(workers);
    let words: &[&str] = match place {
        Place::Free => &[],
        Place::OwnCore => &["taskset", "-c", &cores],
        Place::SharedCore => &["chrt", "-b", "0", "taskset", "-c", &cores],
        Place::Callgrind => &["valgrind", "--tool=callgrind", "-q"],
    };
    command.args(words);
    if place == Place::Callgrind {
        // Stackful coroutines jump between stacks; valgrind must not take that for growth.
        command.args(["--max-stackframe=8000000", "--main-stacksize=16777216"]);
        command.arg(format!("--callgrind-out-file={}", folder.join("counts").display()));
    }
    command
}

/// The cores that workers are bound to, as `taskset` wants them.
pub fn first_cores(workers: usize) -> String {
    format!("0-{}", workers.saturating_sub(1))
}

/// Open files that a server, and we as its client, may need.
pub const N_FILES: usize = 12_000;

/// A port that nobody listens on now.
fn free_port() -> Outcome<u16> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| format!("no free port: {error}"))
}
