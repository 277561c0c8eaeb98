//! Chores of the project: `cargo xtask ci`, `cargo xtask tidy`.

mod ci;

use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("ci") => ci::run(),
        _ => {
            eprintln!("usage: cargo xtask ci");
            ExitCode::from(2)
        }
    }
}
