//! What does a server do under load, and what does it cost per request?
//!
//! wrk sends; what counts is the processor time of the server's process over the requests that
//! were answered. In a shared-core run server and wrk live on one core as batch tasks: the figure
//! to compare, since no server is rewarded for being slow. With a core for each, wrk is the
//! slower of the two: that run is for requests per second and latency.

use std::fs;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use super::cores;
use super::process::Usage;
use super::server::{Place, Running};
use super::workload::Workload;
use crate::command::{Outcome, output, target_dir};

/// Hundredths of a second of processor time from which on the kernel's sampling tells the user part
/// from its own to within a few percent of the whole.
const ENOUGH_TICKS: f64 = 75.0;

/// What one run over one workload showed.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    requests: f64,
    seconds: f64,
    faults: u64,
    usage: Usage,
    /// Microseconds.
    p50: f64,
    p99: f64,
    p999: f64,
}

/// What several rounds showed: medians, and how far they lay apart.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Load {
    pub rounds: usize,
    pub requests_per_second: f64,
    /// Processor time per request in microseconds, of the server alone.
    pub cpu_micros: f64,
    /// The part of it spent outside the kernel, if there were enough ticks to tell.
    pub user_micros: Option<f64>,
    /// The cheapest and the dearest round.
    pub cpu_least: f64,
    pub cpu_most: f64,
    /// Latency in microseconds, as wrk saw it.
    pub p50: f64,
    pub p99: f64,
    pub p999: f64,
    /// Failed connections, reads and writes, timeouts, and answers other than 2xx and 3xx.
    pub faults: u64,
}

/// Runs wrk for some seconds; whole ones, as wrk knows no others.
pub fn run(server: &Running, place: Place, workload: &Workload, seconds: u32) -> Outcome<Sample> {
    let script =
        target_dir().join("bench").join(format!("{}.lua", workload.name.replace(['/', ' '], "-")));
    fs::write(&script, workload.wrk_script())
        .map_err(|error| format!("{}: {error}", script.display()))?;

    let (mut wrk, n_threads) = match place {
        Place::SharedCore => {
            let cores = cores::first(server.workers);
            (prefixed("chrt", &["-b", "0", "taskset", "-c", &cores, "wrk"]), server.workers)
        }
        // The first core that is not the server's.
        _ => (prefixed("taskset", &["-c", &cores::after(server.workers), "wrk"]), 1),
    };
    let n_conns = workload.n_conns() * server.workers;
    wrk.args([format!("-t{n_threads}"), format!("-c{n_conns}"), format!("-d{seconds}s")])
        .arg("-s")
        .arg(&script)
        .arg(format!("http://127.0.0.1:{}/", server.port));

    let before = Usage::of(server.pid())?;
    let text = output(&mut wrk)?;
    let usage = Usage::of(server.pid())?.since(before);
    let line = text.lines().find_map(|line| line.strip_prefix("sum ")).ok_or("wrk gave no sum")?;
    let numbers: Vec<f64> = line.split(' ').filter_map(|number| number.parse().ok()).collect();
    let [requests, micros, faults, p50, p99, p999] = numbers[..] else {
        return Err(format!("wrk's sum is not six numbers: {line}"));
    };
    if requests == 0.0 {
        return Err("no request was answered".into());
    }
    Ok(Sample { requests, seconds: micros / 1e6, faults: faults as u64, usage, p50, p99, p999 })
}

fn prefixed(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    command
}

impl Load {
    /// Medians of the rounds; `None` when there were none.
    pub fn of(samples: &[Sample]) -> Option<Self> {
        if samples.is_empty() {
            return None;
        }
        let cpu: fn(&Sample) -> f64 = |sample| sample.usage.cpu_seconds / sample.requests * 1e6;
        let median = |of: fn(&Sample) -> f64| median(samples.iter().map(of).collect());
        let cpu_micros = median(cpu);
        let (least, most) = samples
            .iter()
            .map(cpu)
            .fold((f64::MAX, 0.0_f64), |(least, most), cpu| (least.min(cpu), most.max(cpu)));
        // The kernel tells user from system by ticks; only all rounds together have enough of them.
        let ticks =
            |of: fn(&Usage) -> f64| samples.iter().map(|sample| of(&sample.usage)).sum::<f64>();
        let (user, system) = (ticks(|usage| usage.user_ticks), ticks(|usage| usage.system_ticks));
        let all_ticks = user + system;
        Some(Self {
            rounds: samples.len(),
            requests_per_second: median(|sample| sample.requests / sample.seconds),
            cpu_micros,
            user_micros: (all_ticks >= ENOUGH_TICKS).then(|| cpu_micros * user / all_ticks),
            cpu_least: least,
            cpu_most: most,
            p50: median(|sample| sample.p50),
            p99: median(|sample| sample.p99),
            p999: median(|sample| sample.p999),
            faults: samples.iter().map(|sample| sample.faults).sum(),
        })
    }

    /// From the cheapest to the dearest round, as a share of the median.
    pub fn spread(&self) -> f64 {
        (self.cpu_most - self.cpu_least) / self.cpu_micros
    }
}

/// The middle one, or between the two; there must be some.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { (values[middle - 1] + values[middle]) / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(cpu_seconds: f64) -> Sample {
        let usage = Usage { cpu_seconds, user_ticks: 10.0, system_ticks: 30.0 };
        Sample { requests: 1e6, seconds: 2.0, faults: 1, usage, p50: 1.0, p99: 2.0, p999: 3.0 }
    }

    #[test]
    fn rounds_become_medians_with_their_spread() {
        let load = Load::of(&[sample(4.0), sample(2.0), sample(8.0)]).unwrap();
        assert_eq!((load.cpu_micros, load.user_micros, load.spread()), (4.0, Some(1.0), 1.5));
        assert_eq!((load.requests_per_second, load.faults, load.rounds), (5e5, 3, 3));
        assert!(Load::of(&[]).is_none());
    }

    #[test]
    fn too_few_ticks_do_not_tell_the_user_part() {
        assert_eq!(Load::of(&[sample(4.0)]).unwrap().user_micros, None);
    }
}
