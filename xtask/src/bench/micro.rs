//! What does a single step of a request cost? Time by divan, instructions by callgrind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use super::callgrind;
use crate::command::{Outcome, cargo, output, run, target_dir};

/// How often a case runs under callgrind.
const TIMES: u32 = 1_000;

/// The bench program, without which way of running it.
const PROGRAM: &str = "bench --package httpz-benches --bench micro";

/// What one step costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub name: String,
    /// The median of divan's samples, and the fastest and slowest of them.
    pub nanos: f64,
    pub least: f64,
    pub most: f64,
    /// In user space; `None` where there is no valgrind.
    pub instructions: Option<f64>,
}

/// The program, once it is built; cargo shows how far it is.
pub fn build() -> Outcome<PathBuf> {
    run(&mut cargo(&format!("{PROGRAM} --no-run")))?;
    let messages =
        output(cargo(&format!("{PROGRAM} --no-run --message-format json")).stderr(Stdio::null()))?;
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "micro")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| "cargo names no program for `micro`".into())
}

/// All cases, in the order in which the program lists them.
pub fn measure(binary: &Path) -> Outcome<Vec<Step>> {
    let table = output(Command::new(binary).arg("--bench"))?;
    let times: Vec<Step> = table.lines().filter_map(timed).collect();
    let mut steps = Vec::new();
    for case in output(Command::new(binary).arg("--list-cases"))?.lines() {
        let step = times.iter().find(|step| step.name == case);
        let step = step.ok_or_else(|| format!("divan says nothing of `{case}`:\n{table}"))?;
        let instructions =
            callgrind::is_available().then(|| instructions(binary, case)).transpose()?;
        steps.push(Step { instructions, ..step.clone() });
    }
    Ok(steps)
}

/// A line of divan's table: `├─ name  fastest │ slowest │ median │ …`.
fn timed(line: &str) -> Option<Step> {
    let (_, line) = line.split_once("─ ")?;
    let mut columns = line.split('│').map(str::trim);
    let first: Vec<&str> = columns.next()?.split_whitespace().collect();
    let (name, fastest) = first.split_at(first.len().checked_sub(2)?);
    let [slowest, median] = [columns.next()?, columns.next()?].map(nanos);
    Some(Step {
        name: name.join(" "),
        nanos: median?,
        least: nanos(&fastest.join(" "))?,
        most: slowest?,
        instructions: None,
    })
}

fn nanos(text: &str) -> Option<f64> {
    let (number, unit) = text.split_once(' ')?;
    let factor = match unit {
        "ns" => 1.0,
        "µs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * factor)
}

/// Only what happens within the program's function `counted` is counted, so neither its start nor
/// what a case prepares.
fn instructions(binary: &Path, case: &str) -> Outcome<f64> {
    let counts = target_dir().join("bench/micro.callgrind");
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args(["--tool=callgrind", "-q", "--toggle-collect=micro::counted*"])
        .arg(format!("--callgrind-out-file={}", counts.display()))
        .arg(binary)
        .args(["--count", case, &TIMES.to_string()])
        .stdin(Stdio::null());
    run(&mut valgrind)?;
    let text = fs::read(&counts).map_err(|error| format!("{}: {error}", counts.display()))?;
    match callgrind::instructions(&String::from_utf8_lossy(&text)) {
        0 => Err(format!("callgrind counted nothing of `{case}`")),
        n => Ok(n as f64 / f64::from(TIMES)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_divans_table_becomes_a_step() {
        let row = "   ├─ 64 x echo, in memory       10.18 µs      │ 34.93 µs      │ 10.29 µs      │ 10.57 µs      │ 100     │ 100";
        let step = timed(row).unwrap();
        assert_eq!(step.name, "64 x echo, in memory");
        assert_eq!((step.least, step.most, step.nanos), (10_180.0, 34_930.0, 10_290.0));
    }

    #[test]
    fn everything_else_that_divan_prints_is_passed_over() {
        for line in [
            "Timer precision: 20 ns",
            "micro        fastest       │ slowest       │ median        │ mean",
            "╰─ step                    │               │               │",
            "",
        ] {
            assert_eq!(timed(line), None, "{line}");
        }
    }
}
