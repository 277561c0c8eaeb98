//! How many crates does a user of `httpz` compile? With our own they must stay under 30.

use std::collections::BTreeSet;

use super::Finding;
use crate::command::{Outcome, cargo, output};

/// The fifth tenet: with default features, the dependency tree stays under this many crates, ours included.
const LIMIT: usize = 30;

/// Asks cargo for the default tree; development dependencies are nobody's burden but ours.
const TREE: &str = "tree --package httpz --edges normal,build --prefix none --offline";

pub fn check() -> Outcome<Option<Finding>> {
    // A fresh checkout may not have fetched the index's answers yet; then cargo goes and asks.
    let tree = output(&mut cargo(TREE))
        .or_else(|_| output(&mut cargo(TREE.trim_end_matches(" --offline"))))?;
    let crates = packages(&tree);
    println!("httpz: {} crates in its default tree, ours included", crates.len());
    Ok((crates.len() >= LIMIT).then(|| Finding {
        place: "Cargo.lock".into(),
        what: format!(
            "{} crates in the default tree of httpz, which is not under {LIMIT}: {}",
            crates.len(),
            join(&crates)
        ),
        mend: "drop a dependency, or put it behind a feature that is off by default".into(),
    }))
}

/// Every package of the tree once, by name and version.
fn packages(tree: &str) -> BTreeSet<(&str, &str)> {
    tree.lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some((words.next()?, words.next()?))
        })
        .filter(|(name, _)| !name.is_empty())
        .collect()
}

fn join(crates: &BTreeSet<(&str, &str)>) -> String {
    crates.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_every_version_once() {
        let tree = "httpz v0.1.0 (/somewhere)\nhttpz-core v0.1.0 (/somewhere)\nbytes v1.0.0\n\
                    syn v2.0.0\nquote v1.0.0 (*)\nquote v1.0.0\nsyn v3.0.0 (proc-macro)\n\n";
        assert_eq!(join(&packages(tree)), "bytes httpz httpz-core quote syn syn");
    }
}
