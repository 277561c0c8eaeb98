//! Is everything that stands below us allowed to? Licences, sources, duplicates, known faults.
//!
//! `deny.toml` says what is. The database of faults has to be fetched; where that cannot be done, the
//! rest is checked all the same.

use crate::command::{Outcome, cargo, has_tool, output, run as run_command};

/// Why it cannot be run on this machine, if it cannot.
pub fn obstacle() -> Option<&'static str> {
    (!has_tool("cargo-deny")).then_some("cargo-deny is missing (`cargo install cargo-deny`)")
}

pub fn run() -> Outcome {
    if let Some(obstacle) = obstacle() {
        return Err(obstacle.into());
    }
    run_command(&mut cargo("deny --all-features check bans licenses sources"))?;
    if let Err(reason) = output(&mut cargo("deny fetch db")) {
        let why = reason.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        println!("deny: known faults were not looked for, the database cannot be fetched: {why}");
        return Ok(());
    }
    run_command(&mut cargo("deny --all-features check advisories"))
}
