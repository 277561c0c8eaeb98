//! Fuzzes one target for a while: `cargo xtask fuzz TARGET [--seconds N] [--seed N] [--mutate]`.
//!
//! With libFuzzer where it can be built: coverage needs no nightly compiler, only a C++ compiler and,
//! the first time, the network. Elsewhere, or with `--mutate`, with the blind mutations of
//! `tests/src/fuzz/mutate.rs`, which is said. What libFuzzer has found to be new is kept in
//! `target/fuzz/corpus`, for the next run; the small corpora in `fuzz/corpus` are committed and only
//! change with `--merge`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{Outcome, cargo, has_tool, output, root, run as run_command, target_dir};

/// Coverage as libFuzzer reads it. These are options of LLVM, which every rustc passes on.
const INSTRUMENT: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    --cfg fuzzing";

/// No input grows longer than this.
const LONGEST: usize = 1024;

struct Options {
    target: String,
    seconds: u64,
    seed: u64,
    mutate: bool,
    merge: bool,
}

pub fn run(arguments: &[String]) -> Outcome {
    let options = Options::parse(arguments)?;
    let folder = target_dir().join("fuzz").join(&options.target);
    // Knows the targets, and says so when this is none.
    let unpack = "run --quiet --package httpz-tests --bin fuzz --";
    run_command(cargo(unpack).args([&options.target, "unpack"]).arg(&folder))?;
    if options.mutate {
        return mutate(&options);
    }
    match build() {
        Ok(fuzzer) if options.merge => merge(&fuzzer, &options, &folder),
        Ok(fuzzer) => with_libfuzzer(&fuzzer, &options, &folder),
        Err(reason) => {
            println!("libFuzzer cannot be built here ({reason}); going on with blind mutations");
            mutate(&options)
        }
    }
}

impl Options {
    fn parse(arguments: &[String]) -> Outcome<Self> {
        let mut options =
            Self { target: String::new(), seconds: 60, seed: 1, mutate: false, merge: false };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut number = || {
                let text = arguments.next().ok_or(format!("{argument} wants a number"))?;
                text.parse().map_err(|_| format!("{argument} {text}: that is no number"))
            };
            match argument.as_str() {
                "--seconds" => options.seconds = number()?,
                "--seed" => options.seed = number()?,
                "--mutate" => options.mutate = true,
                "--merge" => options.merge = true,
                name if options.target.is_empty() && !name.starts_with('-') => {
                    options.target = name.to_owned();
                }
                other => return Err(format!("there is no option `{other}`")),
            }
        }
        if options.target.is_empty() {
            return Err("which target? `cargo xtask fuzz TARGET [--seconds N]`".into());
        }
        Ok(options)
    }
}

fn mutate(options: &Options) -> Outcome {
    let mut command = cargo("run --quiet --release --package httpz-tests --bin fuzz --");
    let (seconds, seed) = (options.seconds.to_string(), options.seed.to_string());
    run_command(command.args([&options.target, "mutate", &seconds, &seed]))
}

/// Builds the libFuzzer harness and tells where it is.
fn build() -> Outcome<PathBuf> {
    if !has_tool("c++") {
        return Err("a C++ compiler is missing (`apt-get install g++`)".into());
    }
    let host = output(Command::new("rustc").args(["--print", "host-tuple"]))?;
    let host = host.trim();
    let folder = target_dir().join("fuzz");
    let mut command = cargo("build --release --manifest-path fuzz/Cargo.toml");
    command.args(["--target", host, "--target-dir"]).arg(&folder).env("RUSTFLAGS", INSTRUMENT);
    run_command(&mut command)?;
    Ok(folder.join(host).join("release").join("httpz-fuzz"))
}

/// The harness with what all its runs have in common.
fn harness(fuzzer: &Path, options: &Options) -> Command {
    let mut command = Command::new(fuzzer);
    command.env("FUZZ_TARGET", &options.target).arg(format!("-max_len={LONGEST}"));
    command
}

fn committed(options: &Options) -> PathBuf {
    root().join("fuzz/corpus").join(&options.target)
}

fn with_libfuzzer(fuzzer: &Path, options: &Options, folder: &Path) -> Outcome {
    let corpus = folder.join("corpus");
    fs::create_dir_all(&corpus).map_err(|error| error.to_string())?;
    let mut command = harness(fuzzer, options);
    command
        .arg(format!("-max_total_time={}", options.seconds))
        .arg(format!("-seed={}", options.seed))
        .arg(format!("-artifact_prefix={}/", folder.display()))
        .args(["-timeout=10", "-print_final_stats=1"])
        .arg(&corpus)
        .arg(folder.join("seeds"));
    let words = folder.join("words.dict");
    if fs::metadata(&words).is_ok_and(|words| words.len() > 0) {
        command.arg(format!("-dict={}", words.display()));
    }
    run_command(&mut command)
}

/// Puts into the committed corpus as few inputs as reach all that the kept one does.
fn merge(fuzzer: &Path, options: &Options, folder: &Path) -> Outcome {
    let merged = folder.join("merged");
    let failed = |error: std::io::Error| format!("{}: {error}", merged.display());
    if merged.exists() {
        fs::remove_dir_all(&merged).map_err(failed)?;
    }
    fs::create_dir_all(&merged).map_err(failed)?;
    let mut command = harness(fuzzer, options);
    // The fewest inputs that reach all places, however often they do.
    command.args(["-set_cover_merge=1", "-use_counters=0"]);
    run_command(command.arg(&merged).arg(folder.join("seeds")).arg(folder.join("corpus")))?;
    let place = committed(options);
    if place.exists() {
        fs::remove_dir_all(&place).map_err(failed)?;
    }
    fs::create_dir_all(&place).map_err(failed)?;
    for input in fs::read_dir(&merged).map_err(failed)? {
        let input = input.map_err(failed)?;
        fs::copy(input.path(), place.join(input.file_name())).map_err(failed)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_understood_or_refused() {
        let parse = |line: &str| {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            Options::parse(&words).map(|o| (o.target, o.seconds, o.seed, o.mutate))
        };
        assert_eq!(parse("head"), Ok(("head".to_owned(), 60, 1, false)));
        assert_eq!(parse("--seconds 5 head --mutate"), Ok(("head".to_owned(), 5, 1, true)));
        for line in ["", "head --seconds", "head --seconds x", "head --fast", "head tail"] {
            assert!(parse(line).is_err(), "{line:?}");
        }
    }
}
