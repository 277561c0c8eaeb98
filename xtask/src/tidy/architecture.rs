//! Does ARCHITECTURE.md say what is so? Its edges are those of `edges`, and its files exist.

use std::path::Path;

use super::Finding;
use super::edges::FLOORS;
use crate::command::Outcome;

const PAGE: &str = "ARCHITECTURE.md";

/// Where a file that the page names may lie: it leaves out what its readers know by then.
const BASES: &[&str] = &["", "crates/", "crates/httpz-core/src/", "crates/httpz/src/"];

pub fn check(root: &Path) -> Outcome<Vec<Finding>> {
    let page =
        std::fs::read_to_string(root.join(PAGE)).map_err(|error| format!("{PAGE}: {error}"))?;
    let mut findings = missing_files(&page, |path| root.join(path).is_file());
    findings.extend(other_edges(&page));
    Ok(findings)
}

fn missing_files(page: &str, exists: impl Fn(&str) -> bool) -> Vec<Finding> {
    let named = |line: &str| {
        let words = line.split(|c: char| !(c.is_alphanumeric() || "/_-.".contains(c)));
        let words = words.map(|word| word.trim_end_matches('.'));
        words.filter(|word| word.ends_with(".rs")).map(str::to_owned).collect::<Vec<_>>()
    };
    let lies_somewhere = |word: &str| {
        let inside = word.strip_prefix("httpz/").unwrap_or(word);
        BASES
            .iter()
            .any(|base| exists(&format!("{base}{inside}")) || exists(&format!("{base}{word}")))
    };
    page.lines()
        .enumerate()
        .flat_map(|(i, line)| named(line).into_iter().map(move |word| (i + 1, word)))
        .filter(|(_, word)| !lies_somewhere(word))
        .map(|(line, word)| Finding {
            place: format!("{PAGE}:{line}"),
            what: format!("there is no file `{word}`"),
            mend: "name the file that does it now".into(),
        })
        .collect()
}

/// Compares what the page says about allowed edges with what is allowed.
fn other_edges(page: &str) -> Vec<Finding> {
    let said: Vec<(&str, Vec<&str>)> = page
        .split('`')
        .filter_map(|span| span.split_once('→'))
        .map(|(from, to)| (from.trim(), to.split_whitespace().collect()))
        .collect();
    let differs = |(room, allowed): &&(&str, &[&str])| {
        let told = said.iter().find(|(from, _)| from == room).map(|(_, to)| to.as_slice());
        let sorted = |rooms: &[&str]| {
            let mut rooms: Vec<_> = rooms.iter().map(|&room| room.to_owned()).collect();
            rooms.sort();
            rooms
        };
        sorted(told.unwrap_or_default()) != sorted(allowed)
    };
    let differing = FLOORS.iter().filter(differs);
    differing
        .map(|(room, allowed)| Finding {
            place: PAGE.into(),
            what: format!("what it says of the edges of `{room}` is not what is allowed"),
            mend: format!("say `{room} → {}` there, or change the floors", allowed.join(" ")),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_gone_is_found() {
        let page = "See `proto/head.rs`\nand httpz/handler.rs, conn/gone.rs.";
        let there = ["crates/httpz-core/src/proto/head.rs", "crates/httpz/src/handler.rs"];
        let found = missing_files(page, |path| there.contains(&path));
        let found: Vec<_> = found.iter().map(|it| (it.place.as_str(), it.what.as_str())).collect();
        assert_eq!(found, [("ARCHITECTURE.md:2", "there is no file `conn/gone.rs`")]);
    }

    #[test]
    fn every_room_has_its_edges_told_in_any_order() {
        let told = |of: &str, to: &str| {
            let edges = FLOORS.iter().filter(|(_, allowed)| !allowed.is_empty());
            let page = edges.map(|(room, allowed)| {
                let rooms = allowed.iter().rev().copied().collect::<Vec<_>>().join("\n");
                format!("`{room} → {}`", if *room == of { to } else { &rooms })
            });
            other_edges(&page.collect::<Vec<_>>().join(", ")).len()
        };
        assert_eq!([told("", ""), told("wire", "error conn"), told("wire", "")], [0, 1, 1]);
    }
}
