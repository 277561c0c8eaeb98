//! Has a request become dearer than we allow? `benches/ceilings.txt` says what it may cost.
//!
//! Times cannot be tested on machines that nobody knows; counts can: the same build gives the same
//! figures within a fraction of a percent, wherever it runs. How many instructions the compiler
//! makes of a source does depend on its version, so a new toolchain may need new ceilings.

use crate::bench::callgrind::{self, Counts, CountsTable};
use crate::bench::server::{self, OURS};
use crate::bench::workload::{COUNTED, OF_OURS};
use crate::command::{Outcome, text_of};

/// Requests per workload; enough that what happens twice a second does not show.
const N_REQUESTS: usize = 2400;

/// Something that allocates once in twenty requests is not on the request's path.
const ALLOCATIONS_SLACK: f64 = 0.05;

/// Percent by which a ceiling may lie above what is measured before we say that it can come down.
const ROOM: f64 = 5.0;

/// Why the check cannot be made here, if it cannot.
pub fn obstacle() -> Option<&'static str> {
    (!callgrind::is_available()).then_some("valgrind is missing (`apt-get install valgrind`)")
}

pub fn run() -> Outcome {
    if let Some(obstacle) = obstacle() {
        return Err(obstacle.into());
    }
    let ceilings = parse(&text_of("benches/ceilings.txt")?)?;
    let workloads = COUNTED.iter().chain(&OF_OURS);
    let measured = callgrind::measure(&server::build(OURS, 1)?, workloads, N_REQUESTS)?;

    println!(
        "{:14}{:>14}{:>10}{:>14}{:>10}",
        "", "instructions", "at most", "allocations", "at most"
    );
    for (name, ceiling) in &ceilings {
        if let Some(counts) = measured.get(name) {
            println!(
                "{name:14}{:>14.0}{:>10.0}{:>14.2}{:>10.0}",
                counts.instructions, ceiling.instructions, counts.allocations, ceiling.allocations,
            );
        }
    }
    let broken = broken(&ceilings, &measured);
    if !broken.is_empty() {
        return Err(format!(
            "a request has become dearer than benches/ceilings.txt allows:\n  {}\n\
             find out what it pays for (`valgrind --tool=callgrind target/release/serve-httpz`), or raise the \
             ceiling there with the reason in the commit",
            broken.join("\n  ")
        ));
    }
    for (name, room) in roomy(&ceilings, &measured) {
        println!(
            "{name} is {room:.0} % below its ceiling: lower that, so that what was won stays won"
        );
    }
    Ok(())
}

/// Lines of `workload instructions allocations`; `#` begins a comment.
fn parse(text: &str) -> Outcome<CountsTable> {
    let lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let wrong =
                || format!("benches/ceilings.txt: not `workload instructions allocations`: {line}");
            let [name, instructions, allocations] = words[..] else { return Err(wrong()) };
            let (Ok(instructions), Ok(allocations)) = (instructions.parse(), allocations.parse())
            else {
                return Err(wrong());
            };
            Ok((name.to_owned(), Counts { instructions, allocations }))
        })
        .collect()
}

fn broken(ceilings: &CountsTable, measured: &CountsTable) -> Vec<String> {
    let mut broken = Vec::new();
    for (name, counts) in measured {
        let Some(ceiling) = ceilings.get(name) else {
            broken.push(format!("{name} has no ceiling"));
            continue;
        };
        if counts.instructions > ceiling.instructions {
            broken.push(format!(
                "{name} takes {:.0} instructions, {:.0} are allowed",
                counts.instructions, ceiling.instructions
            ));
        }
        if counts.allocations > ceiling.allocations + ALLOCATIONS_SLACK {
            broken.push(format!(
                "{name} allocates {:.2} times, {:.0} are allowed",
                counts.allocations, ceiling.allocations
            ));
        }
    }
    let unmeasured = ceilings.keys().filter(|name| !measured.contains_key(*name));
    broken.extend(unmeasured.map(|name| format!("{name} was not measured")));
    broken
}

/// Ceilings so far above what is measured that they guard nothing, and by how many percent.
fn roomy<'a>(ceilings: &'a CountsTable, measured: &CountsTable) -> Vec<(&'a str, f64)> {
    let room = |(name, ceiling): (&'a String, &Counts)| {
        let counts = measured.get(name)?;
        let room = (1.0 - counts.instructions / ceiling.instructions) * 100.0;
        (room > ROOM).then_some((name.as_str(), room))
    };
    ceilings.iter().filter_map(room).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[(&str, f64, f64)]) -> CountsTable {
        let row = |&(name, instructions, allocations): &(&str, f64, f64)| {
            (name.to_owned(), Counts { instructions, allocations })
        };
        rows.iter().map(row).collect()
    }

    #[test]
    fn a_ceiling_holds_from_below_only() {
        let ceilings = parse("# comment\njson  3300  0\n").unwrap();
        for (rows, expected) in [
            (&[("json", 3300.0, 0.02)][..], &[][..]),
            (&[("json", 3301.0, 0.0)], &["json takes 3301 instructions, 3300 are allowed"]),
            (&[("json", 3000.0, 1.0)], &["json allocates 1.00 times, 0 are allowed"]),
            (&[("json", 3000.0, 0.0), ("c16", 1.0, 0.0)], &["c16 has no ceiling"]),
            (&[], &["json was not measured"]),
        ] {
            assert_eq!(broken(&ceilings, &table(rows)), expected);
        }
    }

    #[test]
    fn a_ceiling_that_guards_nothing_is_named() {
        let ceilings = table(&[("json", 4000.0, 0.0), ("echo", 1000.0, 0.0)]);
        let measured = table(&[("json", 3000.0, 0.0), ("echo", 960.0, 0.0)]);
        assert_eq!(roomy(&ceilings, &measured), [("json", 25.0)]);
    }

    #[test]
    fn a_line_that_is_no_ceiling_is_refused() {
        for text in ["json 3300", "json many 0", "json 1 2 3"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
