//! What has become slower since an earlier run?
//!
//! Counts hardly vary, so 2 % is a finding; times do, so only 10 % is one, and only beyond what
//! the rounds themselves spread over. Latency far out depends on luck: there it takes a half more.

use super::results::{Results, ServerResults};
use super::router;

const COUNTS_MARGIN: f64 = 0.02;
const TIMES_MARGIN: f64 = 0.10;
const LATENCY_MARGIN: f64 = 0.5;

/// Each figure of `now` that is worse than in `before`, as a sentence.
pub fn regressions(before: &Results, now: &Results) -> Vec<String> {
    let before = figures(before);
    let worse = |figure: &Figure| {
        let old = before.iter().find(|old| old.of == figure.of && old.what == figure.what)?;
        let limit = old.value * (1.0 + figure.margin.max(old.margin)) + figure.grain;
        let change = (figure.value / old.value.max(f64::MIN_POSITIVE) - 1.0) * 100.0;
        (figure.value > limit).then(|| {
            let Figure { of, what, value, .. } = figure;
            format!("{of}: {what}: {:.2} before, {value:.2} now (+{change:.0} %)", old.value)
        })
    };
    figures(now).iter().filter_map(worse).collect()
}

/// One number of which less is better.
struct Figure {
    of: String,
    what: String,
    value: f64,
    margin: f64,
    /// Differences up to here mean nothing, whatever share they are.
    grain: f64,
}

fn figures(results: &Results) -> Vec<Figure> {
    let mut figures: Vec<Figure> = results.servers.iter().flat_map(of_server).collect();
    for step in &results.micro {
        let figure = |what: &str, value, margin| Figure {
            of: step.name.clone(),
            what: what.into(),
            value,
            margin,
            grain: 1.0,
        };
        figures.push(figure("ns", step.nanos, TIMES_MARGIN));
        figures.extend(step.instructions.map(|it| figure("instructions", it, COUNTS_MARGIN)));
    }
    for line in router::lines(&results.router) {
        figures.extend(line.points.iter().map(|(routes, cost)| Figure {
            of: line.name.clone(),
            what: format!("look-up among {routes} routes"),
            value: *cost,
            margin: COUNTS_MARGIN,
            grain: 0.0,
        }));
    }
    figures
}

fn of_server(server: &ServerResults) -> Vec<Figure> {
    let figure = |what: String, value, margin, grain| Figure {
        of: server.name.clone(),
        what,
        value,
        margin,
        grain,
    };
    let mut figures = Vec::new();
    for (name, counts) in &server.counts {
        let instructions = format!("instructions, {name}");
        figures.push(figure(instructions, counts.instructions, COUNTS_MARGIN, 0.0));
        figures.push(figure(format!("allocations, {name}"), counts.allocations, 0.0, 0.05));
    }
    for (name, load) in server.same_core.iter().filter(|(_, load)| load.faults == 0) {
        let margin = TIMES_MARGIN.max(load.spread());
        figures.push(figure(format!("processor µs, {name}"), load.cpu_micros, margin, 0.0));
    }
    for latency in server.latency.iter().filter(|latency| latency.is_sound()) {
        let what = format!("p99 in µs at {} requests per second", latency.rate);
        figures.push(figure(what, latency.p99, LATENCY_MARGIN, 20.0));
    }
    if let Some(memory) = server.memory.filter(|memory| memory.at_rest > 0) {
        let mib = f64::from(1 << 20);
        let per_conn = "bytes per idle connection".into();
        figures.push(figure(per_conn, memory.per_conn_10k, COUNTS_MARGIN, 16.0));
        figures.extend(memory.burst.map(|burst| {
            let after = "bytes resident after a burst".into();
            figure(after, burst.idle as f64, TIMES_MARGIN, mib)
        }));
    }
    figures
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::callgrind::Counts;
    use crate::bench::micro::Step;

    #[test]
    fn steps_and_look_ups_are_compared_as_well() {
        let with = |instructions, cost| Results {
            micro: vec![Step {
                name: "head".into(),
                nanos: 20.0,
                least: 20.0,
                most: 21.0,
                instructions: Some(instructions),
            }],
            router: format!("router routes cost\nhttpz-router 130 {cost}\n"),
            ..Results::default()
        };
        let before = with(100.0, 400.0);
        assert_eq!(regressions(&before, &with(102.0, 405.0)), [""; 0]);
        let found = regressions(&before, &with(110.0, 440.0));
        assert_eq!(
            found,
            [
                "head: instructions: 100.00 before, 110.00 now (+10 %)",
                "httpz-router: look-up among 130 routes: 400.00 before, 440.00 now (+10 %)",
            ]
        );
    }

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
