//! How long is the same application with httpz and with others? Fills the table in `docs/comparison.md`.
//!
//! Counting reads the sources only; that they work is shown by their own tests, which
//! `cargo test --manifest-path benches/comparison/Cargo.toml` runs. A line counts when it is neither
//! blank nor a comment, which is fair only while all are formatted alike: that is checked first.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command::{Outcome, root, run as run_command, text_of};

const PAGE: &str = "docs/comparison.md";
const BEGIN: &str = "<!-- Filled by `cargo xtask comparison`. -->\n";
const END: &str = "<!-- Up to here. -->\n";

/// The module that holds a file's tests stands last and opens like this.
const TESTS: &str = "#[cfg(test)]\nmod tests {\n";

/// Whose application stands where, from the root.
const SOURCES: [(&str, &str); 4] = [
    ("httpz", "examples/mini_app.rs"),
    ("axum", "benches/comparison/src/bin/axum.rs"),
    ("actix-web", "benches/comparison/src/bin/actix.rs"),
    ("Rocket", "benches/comparison/src/bin/rocket.rs"),
];

/// Lines of code of one source.
#[derive(Debug, PartialEq, Eq)]
struct Count {
    application: usize,
    /// Of these, lines of `use` declarations.
    imports: usize,
    tests: usize,
}

/// Fills the table and prints it; with `--check` says only whether it is up to date.
pub fn run(arguments: &[String]) -> Outcome {
    match arguments {
        [] => {
            let table = table()?;
            print!("{table}");
            let page = filled(&text_of(PAGE)?, &table)?;
            fs::write(root().join(PAGE), page).map_err(|error| format!("{PAGE}: {error}"))
        }
        [option] if option == "--check" => check(),
        _ => Err(format!("there is only the option --check, not {}", arguments.join(" "))),
    }
}

/// Is the table what it would be filled with?
pub fn check() -> Outcome {
    let page = text_of(PAGE)?;
    if filled(&page, &table()?)? == page {
        return Ok(());
    }
    Err(format!("{PAGE} is out of date: run `cargo xtask comparison`"))
}

fn filled(page: &str, table: &str) -> Outcome<String> {
    let parts = page.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let (before, after) = parts.ok_or_else(|| format!("{PAGE} lacks {BEGIN} or {END}"))?;
    Ok(format!("{before}{BEGIN}\n{table}\n{END}{after}"))
}

fn table() -> Outcome<String> {
    run_command(
        Command::new("rustfmt")
            .args(["--check", "--config-path", "rustfmt.toml"])
            .args(SOURCES.map(|(_, path)| path))
            .current_dir(root()),
    )?;
    let mut table = String::from("| with | application | of it `use` | tests | together |\n");
    table += "|---|---|---|---|---|\n";
    for (name, path) in SOURCES {
        let Count { application, imports, tests } =
            count(&text_of(path)?).ok_or_else(|| format!("{path} has no tests"))?;
        let together = application + tests;
        let link = format!("[{name}]({})", Path::new("..").join(path).display());
        let _ = writeln!(table, "| {link} | {application} | {imports} | {tests} | {together} |");
    }
    Ok(table)
}

fn count(source: &str) -> Option<Count> {
    let (application, tests) = source.split_once(TESTS)?;
    Some(Count {
        application: lines(application).count(),
        imports: imports(application),
        tests: lines(TESTS).chain(lines(tests)).count(),
    })
}

/// Lines that are code.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.is_empty() && !line.trim_start().starts_with("//"))
}

/// Lines of `use` declarations, long ones up to their semicolon.
fn imports(text: &str) -> usize {
    let mut open = false;
    let inside = |line: &&str| {
        let counts = open || line.starts_with("use ");
        open = counts && !line.ends_with(';');
        counts
    };
    lines(text).filter(inside).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_and_comments_are_not_counted() {
        let source = "//! Why.\n\nuse a::{\n    b,\n};\nuse c;\n\nfn main() {\n    // So.\n    c();\n}\n\n\
                      #[cfg(test)]\nmod tests {\n    use super::*;\n\n    // So.\n}\n";
        assert_eq!(count(source), Some(Count { application: 7, imports: 4, tests: 4 }));
        assert_eq!(count("fn main() {}\n"), None);
    }

    #[test]
    fn only_the_table_is_replaced() {
        let page = format!("before\n{BEGIN}old\n{END}after\n");
        let new = filled(&page, "new\n");
        assert_eq!(new, Ok(format!("before\n{BEGIN}\nnew\n\n{END}after\n")));
        assert!(filled("before\nafter\n", "new\n").is_err());
    }
}
