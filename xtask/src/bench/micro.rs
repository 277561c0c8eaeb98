//! What does a single step of a request cost? Time by divan, instructions by callgrind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::callgrind;
use crate::command::{Outcome, cargo, output, run, target_dir};

/// How often a case runs in the shorter and the longer of two runs; their difference holds
/// neither the start of the program nor what a case prepares.
const TIMES: [u32; 2] = [200, 1200];

/// The table that divan prints, and under it the instructions of each case.
pub fn measure() -> Outcome<String> {
    let times = output(&mut cargo("bench --package httpz-benches --bench micro"))?;
    let times = times.trim_end();
    if !callgrind::is_available() {
        return Ok(format!("{times}\n\n(no instructions: valgrind is missing)"));
    }
    let mut text = format!("{times}\n\n{:>32}\n", "instructions");
    let binary = built()?;
    for case in output(Command::new(&binary).arg("--list-cases"))?.lines() {
        text += &format!("{case:28}{:.0}\n", instructions(&binary, case)?);
    }
    Ok(text)
}

/// The bench program; cargo says where it is when it has nothing left to build.
fn built() -> Outcome<PathBuf> {
    let arguments = "bench --package httpz-benches --bench micro --no-run --message-format json";
    let messages = output(cargo(arguments).stderr(Stdio::null()))?;
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "micro")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| "cargo names no program for `micro`".into())
}

fn instructions(binary: &Path, case: &str) -> Outcome<f64> {
    let [few, many] = TIMES.map(|times| {
        let counts = target_dir().join("bench/micro.callgrind");
        let mut valgrind = Command::new("valgrind");
        valgrind
            .args(["--tool=callgrind", "-q"])
            .arg(format!("--callgrind-out-file={}", counts.display()))
            .arg(binary)
            .args(["--count", case, &times.to_string()])
            .stdin(Stdio::null());
        run(&mut valgrind)?;
        let text = fs::read(&counts).map_err(|error| format!("{}: {error}", counts.display()))?;
        Ok::<_, String>(callgrind::instructions(&String::from_utf8_lossy(&text)))
    });
    Ok((many? as f64 - few? as f64) / f64::from(TIMES[1] - TIMES[0]))
}
