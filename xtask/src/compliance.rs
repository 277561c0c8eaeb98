//! Is every clause of the RFCs shown by a case or a test? Fills the table in `docs/compliance.md`.
//!
//! The clauses stand in `docs/clauses.txt`, the cases in `tests/wire`. A case that names no clause, a
//! clause that claims to be met and is shown by nothing, and a test that has gone are errors.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::command::{Outcome, root, text_of};

const PAGE: &str = "docs/compliance.md";
const CLAUSES: &str = "docs/clauses.txt";
const CASES: &str = "tests/wire";
const BEGIN: &str = "<!-- From here on filled by `cargo xtask compliance`. -->\n";

/// Verdicts that need a proof, and those that do not.
const SHOWN: [&str; 2] = ["done", "stricter"];
const SAID: [&str; 3] = ["choice", "application", "n/a"];

/// Case names that are listed for a clause; of the others the number is told.
const LISTED: usize = 2;

/// What the RFC asks, and what we make of it.
struct Clause {
    /// `9112 2.2 bare-lf`
    id: String,
    level: String,
    text: String,
    verdict: String,
    /// Why, or `test: FILE WORD`.
    remark: String,
}

/// One case of a file in `tests/wire`.
struct Case {
    topic: String,
    name: String,
    clauses: Vec<String>,
}

/// Fills the table.
pub fn run() -> Outcome {
    let page = filled()?;
    fs::write(root().join(PAGE), page).map_err(|error| format!("{PAGE}: {error}"))
}

/// Is the table what it would be filled with?
pub fn check() -> Outcome {
    if filled()? == text_of(PAGE)? {
        return Ok(());
    }
    Err(format!("{PAGE} is out of date: run `cargo xtask compliance`"))
}

fn filled() -> Outcome<String> {
    let clauses = clauses(&text_of(CLAUSES)?);
    let cases = cases()?;
    let complaints = complaints(&clauses, &cases);
    if !complaints.is_empty() {
        return Err(complaints.join("\n"));
    }
    let page = text_of(PAGE)?;
    let (prose, _) = page.split_once(BEGIN).ok_or_else(|| format!("{PAGE} has no line {BEGIN}"))?;
    Ok(format!("{prose}{BEGIN}\n{}", tables(&clauses, &cases)))
}

fn clauses(text: &str) -> Vec<Clause> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let mut parts = line.split('|').map(|part| part.trim().to_owned());
            let mut part = || parts.next().unwrap_or_default();
            Clause { id: part(), level: part(), text: part(), verdict: part(), remark: part() }
        })
        .collect()
}

fn cases() -> Outcome<Vec<Case>> {
    let folder = fs::read_dir(root().join(CASES)).map_err(|error| format!("{CASES}: {error}"))?;
    let mut files: Vec<_> = folder.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let topic = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).map_err(|error| format!("{topic}: {error}"))?;
        cases.extend(cases_in(&topic, &text));
    }
    Ok(cases)
}

fn cases_in(topic: &str, text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("case ") {
            let (topic, name) = (topic.to_owned(), name.to_owned());
            cases.push(Case { topic, name, clauses: Vec::new() });
        } else if let (Some(id), Some(case)) = (line.strip_prefix("rfc "), cases.last_mut()) {
            case.clauses.push(id.to_owned());
        }
    }
    cases
}

fn complaints(clauses: &[Clause], cases: &[Case]) -> Vec<String> {
    let known: BTreeSet<&str> = clauses.iter().map(|clause| clause.id.as_str()).collect();
    let mut complaints = Vec::new();
    if known.len() < clauses.len() {
        complaints.push(format!("{CLAUSES}: two clauses share a name"));
    }
    for case in cases {
        let place = format!("{CASES}/{}.case: {}", case.topic, case.name);
        if case.clauses.is_empty() {
            complaints.push(format!("{place}: shows no clause; add a line `rfc …`"));
        }
        for id in case.clauses.iter().filter(|id| !known.contains(id.as_str())) {
            complaints.push(format!("{place}: there is no clause `{id}` in {CLAUSES}"));
        }
    }
    let shown: BTreeSet<&str> =
        cases.iter().flat_map(|case| &case.clauses).map(|id| &**id).collect();
    for clause in clauses {
        let place = format!("{CLAUSES}: {}", clause.id);
        let verdict = clause.verdict.as_str();
        if let Some(test) = clause.remark.strip_prefix("test: ") {
            complaints.extend(missing(test).map(|what| format!("{place}: {what}")));
        } else if SHOWN.contains(&verdict) && !shown.contains(clause.id.as_str()) {
            complaints.push(format!("{place}: is {verdict}, but no case and no test shows it"));
        }
        if !SHOWN.contains(&verdict) && !SAID.contains(&verdict) {
            complaints.push(format!("{place}: there is no verdict `{verdict}`"));
        }
    }
    complaints
}

/// What is wrong with a reference to a test: its file, or the word that stands in it.
fn missing(test: &str) -> Option<String> {
    let (file, word) = test.split_once(' ').unwrap_or((test, ""));
    match fs::read_to_string(Path::new(root()).join(file)) {
        Err(_) => Some(format!("there is no file {file}")),
        Ok(text) if !text.contains(word) => Some(format!("{file} does not mention {word}")),
        Ok(_) => None,
    }
}

fn tables(clauses: &[Clause], cases: &[Case]) -> String {
    let mut by_clause: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for case in cases {
        for id in &case.clauses {
            by_clause.entry(id).or_default().push(case);
        }
    }
    let mut out = String::new();
    let count = |verdict: &str| clauses.iter().filter(|clause| clause.verdict == verdict).count();
    let counts = SHOWN.iter().chain(&SAID).map(|verdict| format!("{} {verdict}", count(verdict)));
    let counts: Vec<String> = counts.collect();
    let _ = writeln!(out, "{} clauses: {}.", clauses.len(), counts.join(", "));
    for rfc in ["9112", "9110"] {
        let _ = writeln!(out, "\n## RFC {rfc}\n\n| § | level | clause | verdict | shown by |");
        out += "|---|---|---|---|---|\n";
        for clause in clauses.iter().filter(|clause| clause.id.starts_with(rfc)) {
            let cases = by_clause.get(clause.id.as_str()).map_or(&[][..], Vec::as_slice);
            let _ = writeln!(out, "{}", row(clause, cases));
        }
    }
    out += "\n## The cases\n\n| file | cases |\n|---|---|\n";
    let mut topics: BTreeMap<&str, usize> = BTreeMap::new();
    for case in cases {
        *topics.entry(&case.topic).or_default() += 1;
    }
    for (topic, n) in &topics {
        let _ = writeln!(out, "| [{topic}](../{CASES}/{topic}.case) | {n} |");
    }
    let _ = writeln!(out, "| together | {} |", cases.len());
    out
}

fn row(clause: &Clause, cases: &[&Case]) -> String {
    let section = clause.id.split(' ').nth(1).unwrap_or_default();
    let listed = cases.iter().take(LISTED).map(|case| format!("{} ({})", case.name, case.topic));
    let mut shown: Vec<String> = listed.collect();
    if cases.len() > LISTED {
        shown.push(format!("{} more", cases.len() - LISTED));
    }
    let (mut why, mut verdict) = (clause.remark.as_str(), clause.verdict.clone());
    if let Some(test) = why.strip_prefix("test: ") {
        shown.push(format!("`{test}`"));
        why = "";
    }
    if !why.is_empty() {
        let _ = write!(verdict, ": {why}");
    }
    let shown = if shown.is_empty() { "–".to_owned() } else { shown.join("; ") };
    format!("| {section} | {} | {} | {verdict} | {shown} |", clause.level, clause.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(clause: &str, case: &str) -> Vec<String> {
        complaints(&clauses(clause), &cases_in("topic", case))
    }

    #[test]
    fn a_claim_needs_a_proof() {
        let case = "case it is so\nrfc 1 2 a\n> x\n";
        for (clause, case, complaint) in [
            ("1 2 a | MUST | be so | done", case, None),
            ("1 2 a | MUST | be so | done | why", case, None),
            ("1 2 a | MUST | be so | n/a | why", "", None),
            ("1 2 a | MUST | be so | done | test: Cargo.toml [workspace]", "", None),
            ("1 2 a | MUST | be so | done", "", Some("no case and no test shows it")),
            ("1 2 a | MUST | be so | perhaps", case, Some("no verdict")),
            ("1 2 a | MUST | be so | done | test: gone.rs x", case, Some("no file gone.rs")),
            ("1 2 a | MUST | be so | done | test: Cargo.toml [x]", case, Some("does not mention")),
            ("1 2 b | MUST | be so | n/a", case, Some("no clause `1 2 a`")),
            ("1 2 a | MUST | be so | n/a", "case it is so\n", Some("shows no clause")),
        ] {
            let said = said(clause, case).join("\n");
            assert_eq!(said.is_empty(), complaint.is_none(), "{said}");
            assert!(said.contains(complaint.unwrap_or_default()), "{said}");
        }
    }

    #[test]
    fn a_row_lists_what_shows_its_clause() {
        let clauses = clauses("1 2 a | MUST | be so | stricter | refused");
        let cases =
            cases_in("t", "case one\nrfc 1 2 a\ncase two\nrfc 1 2 a\ncase three\nrfc 1 2 a");
        let cases: Vec<&Case> = cases.iter().collect();
        assert_eq!(
            row(&clauses[0], &cases),
            "| 2 | MUST | be so | stricter: refused | one (t); two (t); 1 more |"
        );
    }
}
