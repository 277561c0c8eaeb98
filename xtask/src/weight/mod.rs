//! What do a thousand routes cost whoever compiles them, and how much does each add to a program?
//!
//! Two crates are generated that differ in one thing: in one the functions have route attributes and
//! are mounted, in the other they are only functions. A third has a single route, so that the size of
//! the programs differs by the other 999.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::command::{Outcome, output, root};

const ROUTES: usize = 1_000;
/// Each is checked this often; the median counts.
const ROUNDS: usize = 5;

pub fn run() -> Outcome {
    let with = generate("with", ROUTES, true)?;
    let without = generate("without", ROUTES, false)?;
    let one = generate("one", 1, true)?;
    // The dependencies, which both have, are checked beforehand.
    for krate in [&with, &without] {
        cargo(krate, &["check", "--quiet"])?;
    }
    let (mut times_with, mut times_without) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        times_with.push(time_check(&with)?);
        times_without.push(time_check(&without)?);
    }
    let (checked, plain) = (median(&mut times_with), median(&mut times_without));
    let ratio = checked.as_secs_f64() / plain.as_secs_f64();
    println!("cargo check, {ROUTES} routes   {:6.2} s", checked.as_secs_f64());
    println!("the same without attributes {:6.2} s   ({ratio:.2} times)", plain.as_secs_f64());

    let sizes = [&with, &one].map(|krate| size(krate));
    let [many, single] = sizes;
    let each = (many? - single?) / (ROUTES as u64 - 1);
    println!("each route adds to a release program {each} bytes");
    if ratio > 2.0 {
        return Err(format!(
            "routes are {ratio:.2} times as dear to check as functions; at most 2"
        ));
    }
    Ok(())
}

/// Writes a crate with this many handlers, all alike but for their names.
fn generate(name: &str, routes: usize, attributes: bool) -> Outcome<PathBuf> {
    let folder = std::env::var_os("CARGO_TARGET_DIR").map_or(root().join("target"), Into::into);
    let krate = root().join(folder).join("weight").join(name);
    let facade = root().join("crates/httpz");
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nhttpz = {{ path = {facade:?} }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\n\
         [profile.release]\nlto = \"fat\"\ncodegen-units = 1\nstrip = true\n\n[workspace]\n"
    );
    let mut code = String::from(
        "#![allow(dead_code)]\nuse httpz::prelude::*;\nuse serde::{Deserialize, Serialize};\n\n\
         struct Db;\n\n#[derive(Deserialize, Serialize)]\nstruct Thing {\n    id: u64,\n    name: String,\n}\n",
    );
    // Writing to a string cannot fail.
    for n in 0..routes {
        let (get, post) = match attributes {
            true => (format!("#[get(\"/t{n}/:id\")]\n"), format!("#[post(\"/t{n}\")]\n")),
            false => Default::default(),
        };
        let _ = match n % 2 {
            0 => write!(
                code,
                "\n{get}fn r{n}(_db: &Db, id: u64) -> Json<Thing> {{\n    Json(Thing {{ id, name: {n}.to_string() }})\n}}\n"
            ),
            _ => write!(
                code,
                "\n{post}fn r{n}(_db: &Db, Json(thing): Json<Thing>) -> Result<Json<Thing>> {{\n    Ok(Json(thing))\n}}\n"
            ),
        };
    }
    let lists: Vec<String> = match attributes {
        true => (0..routes)
            .collect::<Vec<_>>()
            .chunks(50)
            .map(|chunk| chunk.iter().map(|n| format!("r{n}")).collect::<Vec<_>>().join(", "))
            .map(|names| format!(".mount(routes![{names}])"))
            .collect(),
        false => Vec::new(),
    };
    let _ = write!(
        code,
        "\nfn main() -> httpz::Result {{\n    App::new(Db, |r| r{}).listen(\"127.0.0.1:0\")\n}}\n",
        lists.concat()
    );
    let write = |path: PathBuf, text: &str| {
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
    };
    fs::create_dir_all(krate.join("src")).map_err(|error| error.to_string())?;
    write(krate.join("Cargo.toml"), &manifest)?;
    write(krate.join("src/main.rs"), &code)?;
    Ok(krate)
}

/// All in one target folder, so that the dependencies are compiled once.
fn cargo(krate: &Path, arguments: &[&str]) -> Outcome {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = krate.with_file_name("target");
    let mut command = Command::new(program);
    command.args(arguments).current_dir(krate).env("CARGO_TARGET_DIR", target).stdin(Stdio::null());
    output(&mut command).map(drop)
}

fn time_check(krate: &Path) -> Outcome<Duration> {
    let main = krate.join("src/main.rs");
    let text = fs::read(&main).map_err(|error| error.to_string())?;
    // Written anew, so that it is checked anew.
    fs::write(&main, text).map_err(|error| error.to_string())?;
    let began = Instant::now();
    cargo(krate, &["check", "--quiet", "--offline"])?;
    Ok(began.elapsed())
}

fn size(krate: &Path) -> Outcome<u64> {
    cargo(krate, &["build", "--release", "--quiet"])?;
    let name = krate.file_name().unwrap_or_default();
    let program = krate.with_file_name("target").join("release").join(name);
    fs::metadata(program).map(|file| file.len()).map_err(|error| error.to_string())
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
