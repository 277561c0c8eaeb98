//! Does the code that may be unsafe touch only memory that is its own?
//!
//! Runs the unit tests of the rooms that hold `unsafe` under valgrind's memcheck: the vector
//! instructions of `proto/wide.rs`, the unchecked text of `message/ascii.rs` and the futures of
//! `message/pooled.rs`, with everything that calls them.

use std::path::PathBuf;
use std::process::Command;

use crate::command::{Outcome, cargo, has_tool, output, run as run_command};

/// The rooms of httpz-core whose tests are run.
const ROOMS: [&str; 3] = ["proto::", "message::", "conn::"];

/// Why the check cannot be made here, if it cannot.
pub fn obstacle() -> Option<&'static str> {
    (!has_tool("valgrind")).then_some("valgrind is missing (`apt-get install valgrind`)")
}

pub fn run() -> Outcome {
    if let Some(obstacle) = obstacle() {
        return Err(obstacle.into());
    }
    let tests = build()?;
    run_command(
        Command::new("valgrind")
            .args(["--quiet", "--error-exitcode=9", "--leak-check=no"])
            .arg(tests)
            .args(["--test-threads=1", "--quiet"])
            // Two hundred thousand random heads are the business of the ordinary test run.
            .args(["--skip", "random_heads"])
            .args(ROOMS),
    )
}

/// Builds the unit tests of httpz-core and tells where they are.
fn build() -> Outcome<PathBuf> {
    let messages =
        output(&mut cargo("test --package httpz-core --lib --no-run --message-format=json"))?;
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| "cargo did not say where it put the tests of httpz-core".to_owned())
}
