//! What does the kernel know about a process? Processor time and memory, from `/proc`.

use std::fs;

use crate::command::Outcome;

/// Processor time that a process has used.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// All threads together, to the nanosecond.
    pub cpu_seconds: f64,
    /// Ticks of a hundredth of a second; good only for the ratio of the two.
    pub user_ticks: f64,
    pub system_ticks: f64,
}

impl Usage {
    pub fn of(pid: u32) -> Outcome<Self> {
        let stat = read(&format!("/proc/{pid}/stat"))?;
        // The name in parentheses may hold blanks, so count from behind it.
        let fields: Vec<&str> =
            stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |n: usize| fields.get(n).and_then(|text| text.parse().ok()).unwrap_or(0.0);

        let tasks = fs::read_dir(format!("/proc/{pid}/task")).map_err(|error| error.to_string())?;
        let cpu_nanos: f64 = tasks
            .flatten()
            // A thread may end while we look; what it used is lost, which servers do not do under load.
            .filter_map(|task| fs::read_to_string(task.path().join("schedstat")).ok())
            .filter_map(|text| text.split(' ').next()?.parse::<f64>().ok())
            .sum();
        Ok(Self { cpu_seconds: cpu_nanos / 1e9, user_ticks: ticks(11), system_ticks: ticks(12) })
    }

    pub fn since(self, before: Self) -> Self {
        Self {
            cpu_seconds: self.cpu_seconds - before.cpu_seconds,
            user_ticks: self.user_ticks - before.user_ticks,
            system_ticks: self.system_ticks - before.system_ticks,
        }
    }
}

/// Resident memory in bytes.
pub fn resident(pid: u32) -> Outcome<u64> {
    let status = read(&format!("/proc/{pid}/status"))?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok())
        .map(|kib| kib * 1024)
        .ok_or_else(|| "the server is gone".to_owned())
}

fn read(path: &str) -> Outcome<String> {
    fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}
