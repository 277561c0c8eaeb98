//! Everything that must pass before a change lands, in the order in which it fails cheapest.

use std::process::{Command, ExitCode};
use std::time::Instant;

/// Runs all steps, stopping at the first that fails.
pub fn run() -> ExitCode {
    let steps: [(&str, &[&str], &[(&str, &str)]); 4] = [
        ("format", &["fmt", "--all", "--check"], &[]),
        ("clippy", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], &[]),
        ("docs", &["doc", "--workspace", "--no-deps"], &[("RUSTDOCFLAGS", "-D warnings")]),
        ("tests", &["test", "--workspace"], &[]),
    ];
    for (name, args, env) in steps {
        println!("== {name}");
        let begun = Instant::now();
        let status = Command::new("cargo").args(args).envs(env.iter().copied()).status();
        if !status.is_ok_and(|status| status.success()) {
            eprintln!("== {name} failed: cargo {}", args.join(" "));
            return ExitCode::FAILURE;
        }
        println!("== {name} passed in {:.1} s", begun.elapsed().as_secs_f64());
    }
    ExitCode::SUCCESS
}
