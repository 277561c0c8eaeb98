//! What must hold before a change may land? The steps below, in this order, each with its time.
//!
//! All steps run even when one fails, so that a submission learns everything at once.
//! `cargo xtask ci tidy tests` runs only the named ones.

use std::time::{Duration, Instant};

use crate::command::{Outcome, cargo, run as run_command};
use crate::tidy;

/// A step is named for what it makes sure of.
struct Step {
    name: &'static str,
    run: fn() -> Outcome,
}

const STEPS: &[Step] = &[
    Step { name: "format", run: || run_command(&mut cargo("fmt --all --check")) },
    Step { name: "tidy", run: tidy::run },
    Step { name: "lints", run: lints },
    Step { name: "docs", run: docs },
    Step { name: "tests", run: || run_command(&mut cargo("test --workspace")) },
];

pub fn run(wanted: &[String]) -> Outcome {
    if let Some(name) = wanted.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        let known: Vec<_> = STEPS.iter().map(|step| step.name).collect();
        return Err(format!("there is no step `{name}`; there are: {}", known.join(", ")));
    }

    let mut report = Vec::new();
    for step in STEPS.iter().filter(|step| wanted.is_empty() || wanted.contains(&step.name.into()))
    {
        println!("── {} ──", step.name);
        let started = Instant::now();
        let outcome = (step.run)();
        if let Err(reason) = &outcome {
            println!("{}: {reason}", step.name);
        }
        report.push((step.name, started.elapsed(), outcome.is_ok()));
    }
    conclude(&report)
}

fn lints() -> Outcome {
    run_command(&mut cargo("clippy --workspace --all-targets -- -D warnings"))
}

fn docs() -> Outcome {
    run_command(cargo("doc --workspace --no-deps").env("RUSTDOCFLAGS", "-D warnings"))
}

fn conclude(report: &[(&str, Duration, bool)]) -> Outcome {
    println!("── ci ──");
    for (name, time, passed) in report {
        let verdict = if *passed { "passed" } else { "FAILED" };
        println!("{name:10} {:>7.1} s  {verdict}", time.as_secs_f64());
    }
    let failed: Vec<_> =
        report.iter().filter(|(_, _, passed)| !passed).map(|(name, ..)| *name).collect();
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}
