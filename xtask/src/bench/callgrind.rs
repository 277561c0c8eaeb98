//! How many instructions and allocations does a request take?
//!
//! One server under `valgrind --tool=callgrind`; before and after each workload its counters are
//! dumped and reset, so a figure is the cost of exactly the requests in between, start-up and
//! warm-up excluded. User space only; repeatable to well under 1 %.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::client::Drive;
use super::server::{Place, Server};
use super::workload::Workload;
use crate::command::{Outcome, has_tool, target_dir};

/// Requests before counting, so that pools, caches and lazily built tables are there.
const WARM_UP: usize = 64;

/// Each workload is counted in so many parts, and the cheapest is what counts: a client that is
/// held up between two writes makes the server wake up more often, never less.
const PARTS: usize = 3;

/// What one request costs in user space.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Counts {
    pub instructions: f64,
    pub allocations: f64,
}

/// By workload.
pub type CountsTable = BTreeMap<String, Counts>;

pub fn is_available() -> bool {
    has_tool("valgrind") && has_tool("vgdb")
}

/// Counts these workloads over about `n` requests each.
pub fn measure<'a>(
    server: &Server,
    workloads: impl IntoIterator<Item = &'a Workload>,
    n: usize,
) -> Outcome<CountsTable> {
    let folder = target_dir().join("bench/callgrind").join(&server.name);
    // What an earlier run left would be taken for a new dump.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;

    let running = server.start_in(Place::Callgrind, &folder)?;
    let mut table = CountsTable::new();
    for workload in workloads {
        let counts = count(&folder, running.pid(), running.port, workload, n)
            .map_err(|reason| format!("{}, {}: {reason}", server.name, workload.name))?;
        table.insert(workload.name.into(), counts);
    }
    Ok(table)
}

fn count(folder: &Path, pid: u32, port: u16, workload: &Workload, n: usize) -> Outcome<Counts> {
    let mut drive = Drive::new(port, workload)?;
    drive.run(WARM_UP)?;
    dump(folder, pid)?;
    let mut least: Option<Counts> = None;
    for _ in 0..PARTS {
        let n = drive.run(n / PARTS)? as f64;
        let file = dump(folder, pid)?;
        let text = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let profile = Profile::parse(&String::from_utf8_lossy(&text));
        let counts = Counts {
            instructions: profile.instructions as f64 / n,
            allocations: profile.allocations as f64 / n,
        };
        least = least.filter(|it| it.instructions <= counts.instructions).or(Some(counts));
    }
    least.ok_or_else(|| "nothing was counted".into())
}

/// Writes the counters to a new file, and sets them to zero.
fn dump(folder: &Path, pid: u32) -> Outcome<PathBuf> {
    let before = dumps(folder);
    let status = Command::new("vgdb")
        // A server that waits for us sleeps in the kernel, and there is nothing to wait for.
        .args(["--max-invoke-ms=1", &format!("--pid={pid}"), "dump"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !status.as_ref().is_ok_and(|status| status.success()) {
        return Err(format!("vgdb: {status:?}"));
    }
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(10) {
        if let Some(new) = dumps(folder).into_iter().find(|path| !before.contains(path)) {
            return Ok(new);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Err("callgrind wrote no counters".into())
}

fn dumps(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.extension().is_some()).collect()
}

/// All instructions that a file of callgrind's counts.
pub fn instructions(text: &str) -> u64 {
    Profile::parse(text).instructions
}

/// What we read from a file of callgrind's.
struct Profile {
    instructions: u64,
    allocations: u64,
}

/// The functions through which allocators are called; calls within an allocator do not count.
const ENTRY_POINTS: [&str; 11] = [
    "mi_malloc",
    "mi_malloc_aligned",
    "mi_zalloc",
    "mi_zalloc_aligned",
    "mi_calloc",
    "mi_realloc",
    "mi_realloc_aligned",
    "malloc",
    "calloc",
    "realloc",
    "posix_memalign",
];

impl Profile {
    /// The lines that matter: `fn=`, `cfn=` (a name is given once, then only its number),
    /// `calls=` after a `cfn=`, and `summary:` or `totals:`.
    fn parse(text: &str) -> Self {
        let mut names = HashMap::new();
        let mut caller = String::new();
        let mut callee = String::new();
        let mut profile = Self { instructions: 0, allocations: 0 };
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("fn=") {
                caller = resolve(&mut names, name);
            } else if let Some(name) = line.strip_prefix("cfn=") {
                callee = resolve(&mut names, name);
            } else if let Some(calls) = line.strip_prefix("calls=") {
                let inside = caller.starts_with("mi_") || caller.starts_with("_mi_");
                if ENTRY_POINTS.contains(&callee.as_str()) && !inside {
                    profile.allocations += first_number(calls);
                }
            } else if let Some(sum) = line.strip_prefix("summary:").or(line.strip_prefix("totals:"))
            {
                profile.instructions = profile.instructions.max(first_number(sum.trim()));
            }
        }
        profile
    }
}

fn first_number(text: &str) -> u64 {
    text.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// `(7) malloc` names number seven; a later `(7)` means it again.
fn resolve(names: &mut HashMap<String, String>, text: &str) -> String {
    match text.split_once(' ') {
        Some((number, name)) if number.starts_with('(') => {
            names.insert(number.into(), name.into());
            name.into()
        }
        _ => names.get(text).cloned().unwrap_or_else(|| text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allocations_are_counted_where_they_enter_the_allocator() {
        let profile = Profile::parse(
            "events: Ir\nfn=(1) serve\n10 5\ncfn=(2) mi_malloc\ncalls=3 20\n10 90\n\
             cfn=(3) parse\ncalls=9 20\n10 90\nfn=(2)\n1 1\ncfn=(4) mi_malloc_aligned\ncalls=2 1\n\
             fn=(3)\ncfn=(4)\ncalls=4 0\n1 1\ntotals: 1234\n",
        );
        assert_eq!((profile.instructions, profile.allocations), (1234, 7));
    }
}
