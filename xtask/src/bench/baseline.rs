//! What has become slower since an earlier run?
//!
//! Counts hardly vary, so 2 % is a finding; times do, so only 10 % is one, and only beyond what
//! the rounds themselves spread over.

use super::results::{Results, ServerResults};

const COUNTS_MARGIN: f64 = 0.02;
const TIMES_MARGIN: f64 = 0.10;

/// Each figure of `now` that is worse than in `before`, as a sentence.
pub fn regressions(before: &Results, now: &Results) -> Vec<String> {
    let mut found = Vec::new();
    for server in &now.servers {
        let Some(old) = before.servers.iter().find(|old| old.name == server.name) else { continue };
        for figure in figures(server) {
            let Some(old) = figures(old).into_iter().find(|old| old.what == figure.what) else {
                continue;
            };
            let limit = old.value * (1.0 + figure.margin.max(old.margin)) + figure.grain;
            if figure.value > limit {
                let change = (figure.value / old.value.max(f64::MIN_POSITIVE) - 1.0) * 100.0;
                found.push(format!(
                    "{}: {}: {:.2} before, {:.2} now (+{change:.0} %)",
                    server.name, figure.what, old.value, figure.value,
                ));
            }
        }
    }
    found
}

/// One number of which less is better.
struct Figure {
    what: String,
    value: f64,
    margin: f64,
    /// Differences up to here mean nothing, whatever share they are.
    grain: f64,
}

fn figures(server: &ServerResults) -> Vec<Figure> {
    let mut figures = Vec::new();
    for (name, counts) in &server.counts {
        figures.push(Figure {
            what: format!("instructions, {name}"),
            value: counts.instructions,
            margin: COUNTS_MARGIN,
            grain: 0.0,
        });
        figures.push(Figure {
            what: format!("allocations, {name}"),
            value: counts.allocations,
            margin: 0.0,
            grain: 0.05,
        });
    }
    for (name, load) in server.same_core.iter().filter(|(_, load)| load.faults == 0) {
        figures.push(Figure {
            what: format!("processor µs per request, {name}"),
            value: load.cpu_micros,
            margin: TIMES_MARGIN.max(load.spread()),
            grain: 0.0,
        });
    }
    if let Some(memory) = server.memory {
        figures.push(Figure {
            what: "bytes per idle connection".into(),
            value: memory.per_conn_10k,
            margin: COUNTS_MARGIN,
            grain: 16.0,
        });
    }
    figures
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::callgrind::Counts;

    #[test]
    fn names_what_became_worse_and_nothing_else() {
        let with = |instructions, allocations| {
            let mut results = Results::default();
            let counts = Counts { instructions, allocations };
            results.server("httpz").counts.insert("json".into(), counts);
            results
        };
        let before = with(1000.0, 0.0);
        for (now, expected) in [
            (with(1019.0, 0.04), &[][..]),
            (with(900.0, 0.0), &[]),
            (with(1030.0, 0.0), &["instructions"]),
            (with(1000.0, 1.0), &["allocations"]),
        ] {
            let found = regressions(&before, &now);
            assert_eq!(found.len(), expected.len(), "{found:?}");
            assert!(
                found.iter().zip(expected).all(|(line, word)| line.contains(word)),
                "{found:?}"
            );
        }
    }
}
