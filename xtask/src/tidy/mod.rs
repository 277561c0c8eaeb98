//! Do dependencies point downwards, and is what must be absent absent?
//!
//! The compiler knows nothing of floors: inside a crate any module may name any other. This chore
//! reads the sources as text (see `source`), draws the graph of modules (`edges`) and compares it
//! with its floors; `architecture` asks whether `ARCHITECTURE.md` tells the same, `absent` looks for
//! words where they may not stand, and `weight` counts what a user's build pulls in. It reads only, and
//! needs no network.

mod absent;
mod architecture;
mod edges;
mod source;
mod weight;

use std::fmt;

use crate::command::{Outcome, root};
use source::Source;

/// One thing out of place: where, what, and the mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    place: String,
    what: String,
    mend: String,
}

impl Finding {
    fn new(source: &Source, line: usize, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { place: format!("{}:{line}", source.path), what: what.into(), mend: mend.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n    mend: {}", self.place, self.what, self.mend)
    }
}

pub fn run() -> Outcome {
    let sources = source::load(root())?;
    let graph = edges::Graph::of(&sources);
    print!("{graph}");

    let mut findings = edges::check(&graph);
    findings.extend(absent::check(&sources));
    findings.extend(architecture::check(root())?);
    findings.extend(weight::check()?);

    for finding in &findings {
        println!("{finding}");
    }
    match findings.len() {
        0 => {
            println!("tidy: {} files, nothing out of place", sources.len());
            Ok(())
        }
        n => Err(format!("{n} out of place")),
    }
}
