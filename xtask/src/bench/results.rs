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
use crate::command::{Outcome, output, root};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Results {
    pub about: About,
    /// In the order in which they were measured.
    pub servers: Vec<ServerResults>,
    /// What the router and micro parts printed, or nothing if they did not run.
    pub router: String,
    pub micro: String,
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
    pub kernel: String,
    pub toolchain: String,
    pub commit: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ServerResults {
    pub name: String,
    pub counts: CountsTable,
    pub same_core: BTreeMap<String, Load>,
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
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let toolchain = output(Command::new("rustc").arg("--version"));
        let commit = output(
            Command::new("git").args(["describe", "--always", "--dirty"]).current_dir(root()),
        );
        Self {
            command,
            seconds: 0.0,
            processor: processor.trim().into(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            kernel: kernel.trim().into(),
            toolchain: toolchain.unwrap_or_default().trim().into(),
            commit: commit.unwrap_or_default().trim().into(),
        }
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

    /// The row of one server, made when it is first asked for.
    pub fn server(&mut self, name: &str) -> &mut ServerResults {
        let at = self.servers.iter().position(|server| server.name == name).unwrap_or_else(|| {
            self.servers.push(ServerResults { name: name.into(), ..ServerResults::default() });
            self.servers.len() - 1
        });
        &mut self.servers[at]
    }
}
