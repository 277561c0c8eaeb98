//! Which chores does the project have? `cargo xtask` lists them; each has a file of its own.

#![allow(
    unreachable_pub,
    reason = "nothing outside can reach a program; here `pub` marks what a file offers its neighbours"
)]

mod bench;
mod ceilings;
mod ci;
mod command;
mod comparison;
mod compliance;
mod daemon;
mod deny;
mod fuzz;
mod memcheck;
mod openapi;
mod stress;
mod tidy;
mod weight;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask ci [STEP…]    what `.ci/run` runs: every check, each step named and timed
cargo xtask tidy          do dependencies point downwards, and is what must be absent absent?
cargo xtask ceilings      does a request take more instructions or allocations than allowed?
cargo xtask deny          is everything that stands below us allowed to?
cargo xtask comparison    fills docs/comparison.md: how long is one application, with whom? (--check)
cargo xtask compliance    fills docs/compliance.md: which case shows which clause of the RFCs?
cargo xtask fuzz TARGET   does the library misread something? (--seconds N, --mutate)
cargo xtask memcheck      does the code that may be unsafe touch only its own memory?
cargo xtask openapi       does the board do what its own description says?
cargo xtask stress [OPT…] does the server stand while unpleasant peers lean on it?
cargo xtask weight [OPT…] what do a thousand routes cost whoever compiles them? (--peers)
cargo xtask bench [OPT…]  how fast are we, and beside whom? (--quick: in two minutes)
";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let chore = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();

    let outcome = match chore.as_str() {
        "bench" => bench::run(&rest),
        "ceilings" => ceilings::run(),
        "ci" => ci::run(&rest),
        "deny" => deny::run(),
        "comparison" => comparison::run(&rest),
        "compliance" => compliance::run(),
        "fuzz" => fuzz::run(&rest),
        "memcheck" => memcheck::run(),
        "openapi" => openapi::run(),
        "stress" => stress::run(&rest),
        "tidy" => tidy::run(),
        "weight" => weight::run(&rest),
        "" | "help" | "--help" | "-h" => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        unknown => Err(format!("there is no chore `{unknown}`\n\n{USAGE}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("xtask {chore}: {reason}");
            ExitCode::FAILURE
        }
    }
}
