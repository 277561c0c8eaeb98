//! What do a thousand routes cost whoever compiles them, and how much does each add to a program?
//!
//! Crates are generated (`crates`) that differ in one thing: in one the functions have route attributes
//! and are mounted, in the other they are only functions. A third has a few routes only, so that the
//! size of the programs differs by the others.
//!
//! A check is timed twice: with nothing kept of an earlier one, as after `cargo clean -p`, and with the
//! incremental cache of the same text. The bound is on all of them. The best of several rounds counts, and
//! the rounds of both crates alternate, so that a busy moment meets both.
//!
//! `--peers` weighs the bare functions as users of other libraries write them (`peers`) too; no bound is on
//! those.

mod crates;
mod peers;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::command::{Outcome, output, root, target_dir};
use crates::Shape;
use peers::PEERS;

const ROUTES: usize = 1_000;
/// How many the small program has.
const FEW: usize = 4;
const ROUNDS: usize = 5;
/// How many times as dear handlers may become by their attributes.
const AT_MOST: f64 = 2.0;

pub fn run(arguments: &[String]) -> Outcome {
    let with_peers = match arguments {
        [] => false,
        [option] if option == "--peers" => true,
        _ => return Err("cargo xtask weight [--peers]".into()),
    };
    let facade = root().join("crates/httpz");
    let ours = format!("httpz = {{ path = {facade:?} }}");
    let mut too_dear = Vec::new();
    for shape in [Shape::Bare, Shape::Resources] {
        println!("{ROUTES} handlers, {}", shape.name());
        let generate = |name: &str, routes, attributes| {
            let name = format!("{}-{name}", shape.name());
            generate(&name, &ours, &shape.program(routes, attributes))
        };
        let with = generate("with", ROUTES, true)?;
        let without = generate("without", ROUTES, false)?;
        for (what, incremental) in [("anew", "0"), ("again", "1")] {
            let ratio = compare(what, incremental, &with, &without)?;
            if ratio > AT_MOST {
                too_dear.push(format!("{} {what} ({ratio:.2} times)", shape.name()));
            }
        }
        let few = generate("few", FEW, true)?;
        let routes = size(&with)? - size(&few)?;
        println!("  each in a release program  {} bytes", routes / (ROUTES - FEW) as u64);
    }
    for peer in PEERS.iter().filter(|_| with_peers) {
        println!("{ROUTES} handlers, bare, {}", peer.name);
        let generate = |name: &str, mounted| {
            let name = format!("{}-{name}", peer.name);
            generate(&name, peer.dependencies, &peer.program(ROUTES, mounted))
        };
        compare("anew", "0", &generate("with", true)?, &generate("without", false)?)?;
    }
    if too_dear.is_empty() {
        return Ok(());
    }
    let too_dear = too_dear.join(", ");
    Err(format!(
        "attributes may make handlers {AT_MOST} times as dear to check, not more: {too_dear}"
    ))
}

/// Times both and tells; gives how many times as long the first takes.
fn compare(what: &str, incremental: &str, with: &Path, without: &Path) -> Outcome<f64> {
    let check = |krate: &Path| cargo(krate, &["check", "--quiet"], incremental);
    // The dependencies, which both have, are checked beforehand.
    check(with)?;
    check(without)?;
    let (mut attributes, mut plain) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        attributes = attributes.min(time(with, check)?);
        plain = plain.min(time(without, check)?);
    }
    let (attributes, plain) = (attributes.as_secs_f64(), plain.as_secs_f64());
    let ratio = attributes / plain;
    println!(
        "  cargo check, {what:<7} {attributes:.2} s, without attributes {plain:.2} s: {ratio:.2} times"
    );
    Ok(ratio)
}

fn time(krate: &Path, check: impl Fn(&Path) -> Outcome) -> Outcome<Duration> {
    let main = krate.join("src/main.rs");
    let text = fs::read(&main).map_err(|error| error.to_string())?;
    // Written anew, so that it is checked anew.
    fs::write(&main, text).map_err(|error| error.to_string())?;
    let began = Instant::now();
    check(krate)?;
    Ok(began.elapsed())
}

/// Writes a crate of this program.
fn generate(name: &str, dependencies: &str, program: &str) -> Outcome<PathBuf> {
    let krate = target_dir().join("weight").join(name);
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\n{dependencies}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\n\
         [profile.release]\nlto = \"fat\"\ncodegen-units = 1\nstrip = true\n\n[workspace]\n"
    );
    let write = |path: PathBuf, text: &str| {
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
    };
    fs::create_dir_all(krate.join("src")).map_err(|error| error.to_string())?;
    write(krate.join("Cargo.toml"), &manifest)?;
    write(krate.join("src/main.rs"), program)?;
    Ok(krate)
}

/// All in one target folder, so that the dependencies are compiled once.
fn cargo(krate: &Path, arguments: &[&str], incremental: &str) -> Outcome {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = krate.with_file_name("target");
    let mut command = Command::new(program);
    command.args(arguments).current_dir(krate).stdin(Stdio::null());
    command.env("CARGO_TARGET_DIR", target).env("CARGO_INCREMENTAL", incremental);
    output(&mut command).map(drop)
}

/// The bytes of the program.
fn size(krate: &Path) -> Outcome<u64> {
    cargo(krate, &["build", "--release", "--quiet"], "0")?;
    let name = krate.file_name().unwrap_or_default();
    let program = krate.with_file_name("target").join("release").join(name);
    fs::metadata(program).map(|file| file.len()).map_err(|error| error.to_string())
}
