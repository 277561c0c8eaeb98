//! What a run has found out, as it is kept in `target/bench/results.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

use super::callgrind::CountsTable;
use super::latency::Latency;
use super::load::Load;
use super::memory::Memory;
use super::micro::Step;
use super::{cores, server};
use crate::command::{Outcome, output, root};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Results {
    pub about: About,
    /// In the order in which they were measured.
    pub servers: Vec<ServerResults>,
    /// What the router part printed, or nothing if it did not run.
    pub router: String,
    pub micro: Vec<Step>,
    /// What could not be measured, and why.
    pub skipped: Vec<String>,
}

/// Where and how figures came to be; without it they mean nothing.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct About {
    pub command: String,
    pub seconds: f64,
    pub processor: String,
    pub cores: usize,
    /// What else the machine had to do when the run began: the load average of the minute before.
    pub load_before: f64,
    pub kernel: String,
    pub toolchain: String,
    pub commit: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ServerResults {
    pub name: String,
    /// The package that was measured, with its version.
    pub version: Option<String>,
    pub counts: CountsTable,
    /// Server and load generator share the cores.
    pub same_core: BTreeMap<String, Load>,
    /// The same with twice the workers on twice the cores.
    pub doubled: BTreeMap<String, Load>,
    /// A core for each.
    pub two_core: BTreeMap<String, Load>,
    pub latency: Vec<Latency>,
    pub memory: Option<Memory>,
}

impl About {
    pub fn this_machine(command: String) -> Self {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let processor = cpuinfo
            .lines()
            .find(|line| line.starts_with("model name"))
            .and_then(|line| line.split(": ").nth(1))
            .unwrap_or("unknown processor");
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let toolchain = output(Command::new("rustc").arg("--version"));
        let commit = output(
            Command::new("git").args(["describe", "--always", "--dirty"]).current_dir(root()),
        );
        Self {
            command,
            seconds: 0.0,
            processor: processor.trim().into(),
            cores: cores::count(),
            load_before: load.split(' ').next().and_then(|it| it.parse().ok()).unwrap_or(0.0),
            kernel: kernel.trim().into(),
            toolchain: toolchain.unwrap_or_default().trim().into(),
            commit: commit.unwrap_or_default().trim().into(),
        }
    }
}

impl About {
    /// Did the machine have so much else to do that times cannot be believed?
    pub fn is_busy(&self) -> bool {
        self.load_before > 0.5
    }
}

impl Results {
    pub fn load(path: &Path) -> Outcome<Self> {
        let text =
            fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    pub fn save(&self, path: &Path) -> Outcome {
        let text = serde_json::to_string_pretty(self).expect("results are plain data");
        fs::write(path, text + "\n").map_err(|error| format!("{}: {error}", path.display()))
    }

    /// What was measured, with versions.
    pub fn versions(&self) -> Vec<&str> {
        self.servers.iter().filter_map(|server| server.version.as_deref()).collect()
    }

    /// The row of one server, made when it is first asked for.
    pub fn server(&mut self, name: &str) -> &mut ServerResults {
        let at = self.servers.iter().position(|server| server.name == name).unwrap_or_else(|| {
            let (name, version) = (name.into(), server::version(name));
            self.servers.push(ServerResults { name, version, ..ServerResults::default() });
            self.servers.len() - 1
        });
        &mut self.servers[at]
    }
}
