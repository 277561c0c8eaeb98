//! Which servers are compared, how are they built, and how is one run?

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::workload::{FRESH, Workload};
use super::{client, cores};
use crate::command::{Outcome, cargo, root, run, target_dir};
use crate::daemon::{Daemon, free_port};

/// Our own row.
pub const OURS: &str = "httpz";

/// A server beside ours.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// Its name here, which is also its feature in `benches/peers`.
    pub name: &'static str,
    /// The package whose version tells what was measured.
    package: &'static str,
    /// What a reader should know before comparing.
    remark: Option<&'static str>,
    /// Does it stand in the tables for orientation only: no framework, or no tokio?
    pub apart: bool,
}

const fn peer(name: &'static str, package: &'static str) -> Peer {
    Peer { name, package, remark: None, apart: false }
}

/// Everyone we know, in the order of the tables.
pub const PEERS: [Peer; 10] = [
    Peer { remark: Some("by hand, no framework"), apart: true, ..peer("floor-tokio", "tokio") },
    Peer { remark: Some("no router"), ..peer("hyper", "hyper") },
    peer("axum", "axum"),
    peer("actix", "actix-web"),
    peer("ntex", "ntex"),
    peer("xitca", "xitca-web"),
    Peer { remark: Some("coroutines, no tokio"), apart: true, ..peer("may", "may_minihttp") },
    peer("salvo", "salvo"),
    peer("poem", "poem"),
    peer("rocket", "rocket"),
];

/// Who takes part in a quick run.
pub const QUICK: [&str; 3] = ["floor-tokio", "hyper", "axum"];

/// Whether `name` is a peer that we want to be faster than.
pub fn is_rival(name: &str) -> bool {
    PEERS.iter().any(|peer| peer.name == name && !peer.apart)
}

/// What is measured under this name, with its version.
pub fn version(name: &str) -> Option<String> {
    let lock = match name {
        OURS => root().join("Cargo.lock"),
        _ => root().join("benches/peers/Cargo.lock"),
    };
    let package = PEERS.iter().find(|peer| peer.name == name).map_or(name, |peer| peer.package);
    let version = locked_version(&fs::read_to_string(lock).ok()?, package)?;
    Some(format!("{package} {version}"))
}

/// How a server is called where readers may not know our names.
pub fn label(name: &str, version: &Option<String>) -> String {
    let label = version.as_deref().unwrap_or(name);
    match PEERS.iter().find(|peer| peer.name == name).and_then(|peer| peer.remark) {
        Some(remark) => format!("{label} ({remark})"),
        None => label.into(),
    }
}

/// In a lock file the version follows the name.
fn locked_version(lock: &str, package: &str) -> Option<String> {
    let entry = format!("name = \"{package}\"\nversion = \"");
    let (_, rest) = lock.split_once(&entry)?;
    rest.split('"').next().map(str::to_owned)
}

/// A bench server that has been built and keeps the contract.
#[derive(Clone, Debug)]
pub struct Server {
    pub name: String,
    pub workers: usize,
    binary: PathBuf,
    /// Does it close a connection when it is asked to?
    closes: bool,
    /// Does it have the routes for large bodies?
    moves_bodies: bool,
}

/// Builds one server and checks its answers; the reason why it cannot take part is the error.
pub fn build(name: &str, workers: usize) -> Outcome<Server> {
    let bin = format!("serve-{name}");
    let binary = if name == OURS {
        run(&mut cargo(&format!("build --release --package httpz-benches --bin {bin}")))?;
        target_dir().join("release").join(bin)
    } else {
        // Beside our own build, so that neither throws away what the other has compiled.
        let target = target_dir().join("peers");
        let mut command = cargo(&format!("build --release --locked --features {name} --bin {bin}"));
        command.current_dir(root().join("benches/peers")).env("CARGO_TARGET_DIR", &target);
        run(&mut command)?;
        target.join("release").join(bin)
    };
    let server = Server { name: name.into(), workers, binary, closes: false, moves_bodies: false };
    let running = server.start(Place::Free)?;
    let about = |reason| format!("{name}: {reason}");
    let closes = client::closes_when_asked(running.port).map_err(about)?;
    let moves_bodies = client::moves_bodies(running.port).map_err(about)?;
    Ok(Server { closes, moves_bodies, ..server })
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
    daemon: Daemon,
    pub port: u16,
    pub workers: usize,
}

impl Server {
    /// Whether this can be asked of it.
    pub fn offers(&self, workload: &Workload) -> bool {
        (self.closes || workload.name != FRESH.name) && (self.moves_bodies || !workload.is_large())
    }

    /// The same with this many threads.
    pub fn with_workers(&self, workers: usize) -> Self {
        Self { workers, ..self.clone() }
    }

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
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let daemon = Daemon::start(&mut command)?;
        let running = Running { daemon, port, workers: self.workers };
        client::check_contract(port, Duration::from_secs(30))
            .map_err(|reason| format!("{}: {reason}", self.name))?;
        Ok(running)
    }
}

impl Running {
    pub fn pid(&self) -> u32 {
        self.daemon.pid()
    }
}

/// The programs that put a server in its place; each becomes the next, so the process id stays.
fn wrapped(place: Place, folder: &Path, workers: usize) -> Command {
    let mut command = Command::new("prlimit");
    // Ten thousand connections and then some. Raising the soft limit needs no privilege.
    command.arg(format!("--nofile={N_FILES}:"));
    let cores = cores::first(workers);
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

/// Open files that a server, and we as its client, may need.
pub const N_FILES: usize = 12_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_the_one_that_is_locked() {
        let lock = "[[package]]\nname = \"tokio-util\"\nversion = \"0.7.1\"\n\n\
            [[package]]\nname = \"tokio\"\nversion = \"1.54.1\"\nsource = \"…\"\n";
        assert_eq!(locked_version(lock, "tokio").as_deref(), Some("1.54.1"));
        assert_eq!(locked_version(lock, "hyper"), None);
    }

    #[test]
    fn every_server_has_a_version() {
        for name in PEERS.iter().map(|peer| peer.name).chain([OURS]) {
            assert!(version(name).is_some(), "{name}");
        }
    }
}
