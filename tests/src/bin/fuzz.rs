//! What `cargo xtask fuzz` needs to know of the targets, and the fuzzing itself without libFuzzer.
//!
//! - `fuzz TARGET mutate SECONDS SEED` runs mutations of the seeds and of the corpus;
//! - `fuzz TARGET unpack FOLDER` writes the seeds and, as `words.dict`, the words to where libFuzzer
//!   can read them.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use httpz_tests::fuzz::mutate::{Until, run};
use httpz_tests::fuzz::{TARGETS, Target, inputs};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [name, what, with @ ..] = arguments.as_slice() else {
        return Err("fuzz TARGET …".into());
    };
    let target = TARGETS.iter().find(|target| target.name == *name).ok_or_else(|| {
        let known: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
        format!("there is no target `{name}`; there are: {}", known.join(", "))
    })?;
    match (*what, with) {
        ("mutate", [seconds, seed]) => {
            let until = Until::Elapsed(Duration::from_secs(seconds.parse()?));
            let n = run(target, &inputs(target), seed.parse()?, until);
            println!("{name}: {n} inputs, nothing found");
        }
        ("unpack", [folder]) => unpack(target, Path::new(folder))?,
        _ => return Err(format!("there is nothing called {what} {}", with.join(" ")).into()),
    }
    Ok(())
}

fn unpack(target: &Target, folder: &Path) -> std::io::Result<()> {
    let seeds = folder.join("seeds");
    std::fs::create_dir_all(&seeds)?;
    for (i, seed) in inputs(target).iter().enumerate() {
        std::fs::write(seeds.join(format!("seed-{i}")), seed)?;
    }
    let hex = |byte: &u8| format!("\\x{byte:02x}");
    let word = |word: &&[u8]| format!("\"{}\"\n", word.iter().map(hex).collect::<String>());
    std::fs::write(folder.join("words.dict"), target.words.iter().map(word).collect::<String>())
}
