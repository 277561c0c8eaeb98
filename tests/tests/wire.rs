//! HTTP on the wire, case by case; see `httpz_tests::wire` for how cases are written.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use httpz_core::Config;
use httpz_core::testing::Loopback;
use httpz_tests::wire::{self, Case, app, run};

/// Runs all cases and names those that failed; what was wrong with each has been printed by then.
fn each(run: impl Fn(&Case)) {
    let failed: Vec<String> = wire::all()
        .iter()
        .filter(|case| catch_unwind(AssertUnwindSafe(|| run(case))).is_err())
        .map(|case| format!("{}: {}", case.topic, case.name))
        .collect();
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn cases_in_memory_however_they_are_cut() {
    let built = app::app().build().expect("the routes are sound");
    let server = Loopback::new(built, &app::config());
    each(|case| run::in_memory(case, &server));
}

#[test]
fn cases_over_sockets() {
    let server = app::app().start().expect("the server starts");
    each(|case| run::over_sockets(case, server.addr()));
    server.shutdown();
    server.wait();
}

#[test]
fn cases_are_as_many_as_the_readme_says_and_have_names_of_their_own() {
    let cases = wire::all();
    let names: HashSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "two cases share a name");
    let said = include_str!("../../README.md").contains(&format!(": {} of them,", cases.len()));
    assert!(said, "{} cases, but README.md has another number", cases.len());
}

/// RFC 9112 §3 recommends to support request lines of at least 8000 octets; the cases have a smaller limit.
#[test]
fn request_lines_of_8000_octets_are_served_by_default() {
    let built = app::app().build().expect("the routes are sound");
    let server = Loopback::new(built, &Config::default());
    let target = format!("/see/{}", "a".repeat(8000));
    let answer = server.send(format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes());
    assert!(answer.starts_with(b"HTTP/1.1 200 "), "{}", answer[..80].escape_ascii());
}
