//! What must hold before a change may land? The steps below, in this order, each with its time.
//!
//! All steps run even when one fails, so that a submission learns everything at once.
//! `cargo xtask ci tidy tests` runs only the named ones.

use std::fs;
use std::time::{Duration, Instant};

use crate::ceilings;
use crate::command::{Outcome, cargo, root, run as run_command};
use crate::comparison;
use crate::compliance;
use crate::deny;
use crate::memcheck;
use crate::openapi;
use crate::stress;
use crate::tidy;

/// A step is named for what it makes sure of.
struct Step {
    name: &'static str,
    run: fn() -> Outcome,
    /// Why the step cannot be run on this machine, if it cannot.
    obstacle: fn() -> Option<&'static str>,
}

impl Step {
    const fn new(name: &'static str, run: fn() -> Outcome) -> Self {
        Self { name, run, obstacle: || None }
    }
}

/// What came of a step.
enum Verdict {
    Passed,
    Failed,
    Skipped(&'static str),
}

const STEPS: &[Step] = &[
    Step::new("format", || run_command(&mut cargo("fmt --all --check"))),
    Step::new("tidy", tidy::run),
    Step::new("lints", lints),
    Step::new("features", features),
    Step::new("docs", docs),
    Step::new("comparison", comparison::check),
    Step::new("compliance", compliance::check),
    Step::new("tests", || run_command(&mut cargo("test --workspace"))),
    Step { obstacle: deny::obstacle, ..Step::new("deny", deny::run) },
    Step { obstacle: openapi::obstacle, ..Step::new("openapi", openapi::run) },
    Step { obstacle: memcheck::obstacle, ..Step::new("memcheck", memcheck::run) },
    Step { obstacle: ceilings::obstacle, ..Step::new("ceilings", ceilings::run) },
    Step { obstacle: stress::obstacle, ..Step::new("stress", || stress::run(&["--quick".into()])) },
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
        let verdict = match (step.obstacle)() {
            Some(obstacle) => Verdict::Skipped(obstacle),
            None => match (step.run)() {
                Ok(()) => Verdict::Passed,
                Err(reason) => {
                    println!("{}: {reason}", step.name);
                    Verdict::Failed
                }
            },
        };
        report.push((step.name, started.elapsed(), verdict));
    }
    conclude(&report)
}

fn lints() -> Outcome {
    run_command(&mut cargo("clippy --workspace --all-targets -- -D warnings"))
}

/// The workspace builds `httpz` with what its tests ask for; users build it with less, or other things.
fn features() -> Outcome {
    run_command(&mut cargo("check --quiet --package httpz"))?;
    run_command(&mut cargo("check --quiet --package httpz --all-features"))?;
    run_command(&mut cargo("test --quiet --package httpz-core --all-features --lib"))?;
    let manifest = root().join("crates/httpz/Cargo.toml");
    let manifest = fs::read_to_string(manifest).map_err(|error| error.to_string())?;
    for feature in names_of_features(&manifest) {
        run_command(&mut cargo(&format!("check --quiet --package httpz --features {feature}")))?;
    }
    Ok(())
}

fn names_of_features(manifest: &str) -> impl Iterator<Item = &str> {
    let section = manifest.lines().skip_while(|line| *line != "[features]").skip(1);
    let section = section.take_while(|line| !line.starts_with('['));
    section.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name)
}

fn docs() -> Outcome {
    run_command(cargo("doc --workspace --no-deps").env("RUSTDOCFLAGS", "-D warnings"))
}

fn conclude(report: &[(&str, Duration, Verdict)]) -> Outcome {
    println!("── ci ──");
    for (name, time, verdict) in report {
        let verdict = match verdict {
            Verdict::Passed => "passed".to_owned(),
            Verdict::Failed => "FAILED".to_owned(),
            Verdict::Skipped(obstacle) => format!("skipped: {obstacle}"),
        };
        println!("{name:10} {:>7.1} s  {verdict}", time.as_secs_f64());
    }
    let failed = report.iter().filter(|(_, _, verdict)| matches!(verdict, Verdict::Failed));
    let failed: Vec<_> = failed.map(|(name, ..)| *name).collect();
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

#[cfg(test)]
mod tests {
    use super::names_of_features;

    #[test]
    fn features_are_read_from_the_manifest() {
        let manifest = "[package]\nname = \"a\"\n\n[features]\n# Why.\na = []\nb = [\"dep:c\"]\n\n[x]\ny = 1\n";
        assert_eq!(names_of_features(manifest).collect::<Vec<_>>(), ["a", "b"]);
    }
}
