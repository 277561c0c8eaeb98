//! Which figures stand in which table? For the terminal, the records, the report and the README.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use super::load::Load;
use super::results::{Results, ServerResults};
use super::server::{self, OURS};
use super::table::Table;
use super::workload::{APART, BODIES, COUNTED, DOUBLED, LOADED, Workload};

/// A table's row before its cells are known: name, label, and what the cells are read from.
type Rows<'a> = Vec<(String, String, &'a ServerResults)>;

/// Everything that was measured.
pub fn all(results: &Results) -> Vec<Table> {
    let rows: Rows<'_> = results
        .servers
        .iter()
        .map(|server| (server.name.clone(), server::label(&server.name, &server.version), server))
        .collect();
    let mut tables = vec![
        counts(&rows),
        shared(&rows, "processor µs per request, user / all", &LOADED).headline(),
        shared(&rows, "processor µs per MiB of body, user / all", &BODIES).headline(),
        spread(&rows),
        against_the_best(results).headline(),
        doubled(&rows),
        memory(&rows).headline(),
        apart(&rows),
        wrk_latency(&rows),
    ];
    tables.extend(latency(results, &rows));
    tables.push(micro(results));
    tables.retain(|table| !table.rows.is_empty());
    tables
}

/// The tables for the README, under the command that made them.
pub fn markdown(results: &Results) -> String {
    let about = &results.about;
    let mut text = format!(
        "```sh\n{}\n```\n\n{}, {} cores, Linux {}; {}.\n",
        about.command, about.processor, about.cores, about.kernel, about.toolchain,
    );
    for table in all(results).iter().filter(|table| table.is_headline) {
        text += &format!("\n**{}**\n\n{}", table.title, table.markdown(OURS));
    }
    text
}

impl Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let about = &self.about;
        writeln!(f, "{}", about.command)?;
        writeln!(f, "{}, {} cores, Linux {}", about.processor, about.cores, about.kernel)?;
        writeln!(
            f,
            "{}, commit {}, {:.0} s, load average before {}",
            about.toolchain, about.commit, about.seconds, about.load_before
        )?;
        let versions = self.versions();
        if !versions.is_empty() {
            writeln!(f, "{}", versions.join(", "))?;
        }
        for table in all(self) {
            write!(f, "\n{table}")?;
        }
        if !self.router.is_empty() {
            writeln!(f, "\n== router\n{}", self.router.trim_end())?;
        }
        if !self.skipped.is_empty() {
            writeln!(f)?;
        }
        for line in &self.skipped {
            writeln!(f, "not measured: {line}")?;
        }
        Ok(())
    }
}

fn counts(rows: &Rows<'_>) -> Table {
    let title = "instructions per request, user space (allocations in brackets)";
    Table::of(title, &names(&COUNTED), rows, |server, at| {
        let counts = server.counts.get(COUNTED[at].name)?;
        Some(format!("{:.0} ({:.1})", counts.instructions, counts.allocations))
    })
}

/// Processor time while server and load generator share cores.
fn shared(rows: &Rows<'_>, title: &str, workloads: &[Workload]) -> Table {
    Table::of(title, &names(workloads), rows, |server, at| {
        cell(&server.same_core, workloads[at].name, |load| match load.user_micros {
            Some(user) => format!("{user:.2} / {:.2}", load.cpu_micros),
            None => format!("{:.2}", load.cpu_micros),
        })
    })
}

fn spread(rows: &Rows<'_>) -> Table {
    let workloads = [&LOADED[..], &BODIES].concat();
    Table::of("its spread over the rounds", &names(&workloads), rows, |server, at| {
        let load = server.same_core.get(workloads[at].name).filter(|load| load.rounds > 1)?;
        Some(format!("{:.0} %", load.spread() * 100.0))
    })
}

/// How a row shows what we are beside the best.
type Show = fn(&Against<'_>) -> String;

/// What all of this is for.
fn against_the_best(results: &Results) -> Table {
    let workloads = [&LOADED[..], &BODIES].concat();
    let against: Vec<_> =
        workloads.iter().map(|workload| Against::of(results, workload.name)).collect();
    let rows: [(String, String, Show); 2] = [
        (OURS.into(), OURS.into(), |it| format!("{:.2}", it.share)),
        ("of that of".into(), "of that of".into(), |it| it.rival.to_owned()),
    ];
    let title = "our processor time as a share of the best tokio peer's";
    Table::of(title, &names(&workloads), &rows, |show, at| against[at].as_ref().map(show))
}

/// Us beside the best of those we want to be faster than, in one workload.
#[derive(Clone, Copy, Debug)]
pub struct Against<'a> {
    pub rival: &'a str,
    pub share: f64,
}

impl<'a> Against<'a> {
    pub fn of(results: &'a Results, workload: &str) -> Option<Self> {
        let sound = |server: &ServerResults| {
            server.same_core.get(workload).filter(|load| load.faults == 0).map(|it| it.cpu_micros)
        };
        let ours = results.servers.iter().find(|server| server.name == OURS).and_then(sound)?;
        let rivals = results.servers.iter().filter(|server| server::is_rival(&server.name));
        let (best, rival) = rivals
            .filter_map(|server| Some((sound(server)?, server.name.as_str())))
            .min_by(|a, b| a.0.total_cmp(&b.0))?;
        Some(Self { rival, share: ours / best })
    }
}

fn doubled(rows: &Rows<'_>) -> Table {
    let title =
        "twice the workers on twice the cores: requests per second, processor time per request";
    Table::of(title, &names(&DOUBLED), rows, |server, at| {
        let name = DOUBLED[at].name;
        let (before, after) = (server.same_core.get(name)?, server.doubled.get(name)?);
        let faults = before.faults + after.faults;
        Some(match faults {
            0 => format!(
                "{:.2} x, {:+.0} %",
                after.requests_per_second / before.requests_per_second,
                (after.cpu_micros / before.cpu_micros - 1.0) * 100.0,
            ),
            faults => void(faults),
        })
    })
}

fn memory(rows: &Rows<'_>) -> Table {
    const COLUMNS: [&str; 7] = [
        "at rest",
        "bytes per 1,000",
        "per 10,000",
        "10,000 busy",
        "idle again",
        "closed",
        "under load",
    ];
    let title = "resident MiB; and bytes per idle connection";
    Table::of(title, &COLUMNS, rows, |server, at| {
        let memory = server.memory?;
        let mib =
            |bytes: u64| (bytes > 0).then(|| format!("{:.1}", bytes as f64 / f64::from(1 << 20)));
        let bytes = |bytes: f64| (memory.at_rest > 0).then(|| format!("{bytes:.0}"));
        match at {
            0 => mib(memory.at_rest),
            1 => bytes(memory.per_conn_1k),
            2 => bytes(memory.per_conn_10k),
            3 => memory.burst.and_then(|burst| mib(burst.busy)),
            4 => memory.burst.and_then(|burst| mib(burst.idle)),
            5 => memory.burst.and_then(|burst| mib(burst.closed)),
            _ => mib(memory.under_load),
        }
    })
}

fn apart(rows: &Rows<'_>) -> Table {
    let title = "requests per second; a core for each, and wrk the slower of the two";
    Table::of(title, &names(&APART), rows, |server, at| {
        cell(&server.two_core, APART[at].name, |load| format!("{:.0}", load.requests_per_second))
    })
}

fn wrk_latency(rows: &Rows<'_>) -> Table {
    // Of a pipelined batch wrk only knows when its last answer came.
    let workloads: Vec<Workload> =
        APART.into_iter().filter(|workload| workload.name != "pipe16").collect();
    let title = "latency in µs at that rate, saturated: p50 p99 p99.9";
    Table::of(title, &names(&workloads), rows, |server, at| {
        cell(&server.two_core, workloads[at].name, |load| {
            format!("{:.0} {:.0} {:.0}", load.p50, load.p99, load.p999)
        })
    })
}

/// The rates at which latency was measured, lowest first.
fn rates(results: &Results) -> Vec<f64> {
    let latencies = results.servers.iter().flat_map(|server| &server.latency);
    let mut rates: Vec<f64> = latencies.map(|latency| latency.rate).collect();
    rates.sort_by(f64::total_cmp);
    rates.dedup();
    rates
}

/// The rate that says most: neither the lowest nor one that few keep up with.
pub fn middle_rate(results: &Results) -> Option<f64> {
    let rates = rates(results);
    rates.get(rates.len() / 2).copied()
}

/// One table of percentiles for each rate.
fn latency(results: &Results, rows: &Rows<'_>) -> Vec<Table> {
    let middle = middle_rate(results);
    let table = |rate: f64| {
        let title = format!("latency in µs at {rate:.0} requests per second, open loop");
        let columns = ["p50", "p90", "p99", "p99.9", "p99 of the rounds"];
        let table = Table::of(&title, &columns, rows, |server, at| {
            let it = server.latency.iter().find(|latency| latency.rate == rate)?;
            if !it.is_sound() {
                return (at == 0).then(|| format!("only {:.0}/s", it.achieved));
            }
            Some(match at {
                0 => format!("{:.0}", it.p50),
                1 => format!("{:.0}", it.p90),
                2 => format!("{:.0}", it.p99),
                3 => format!("{:.0}", it.p999),
                _ => format!("{:.0} to {:.0}", it.p99_least, it.p99_most),
            })
        });
        Table { is_headline: middle == Some(rate), ..table }
    };
    rates(results).into_iter().map(table).collect()
}

fn micro(results: &Results) -> Table {
    let rows: Vec<_> =
        results.micro.iter().map(|step| (step.name.clone(), step.name.clone(), step)).collect();
    let columns = ["ns, median", "fastest to slowest", "instructions"];
    Table::of("single steps", &columns, &rows, |step, at| match at {
        0 => Some(format!("{:.1}", step.nanos)),
        1 => Some(format!("{:.1} to {:.1}", step.least, step.most)),
        _ => step.instructions.map(|instructions| format!("{instructions:.0}")),
    })
}

fn names(workloads: &[Workload]) -> Vec<&'static str> {
    workloads.iter().map(|workload| workload.name).collect()
}

/// A figure under load, or `void` if anything went wrong while it was taken.
fn cell(
    loads: &BTreeMap<String, Load>,
    name: &str,
    show: impl Fn(&Load) -> String,
) -> Option<String> {
    loads.get(name).map(|load| match load.faults {
        0 => show(load),
        faults => void(faults),
    })
}

fn void(faults: u64) -> String {
    format!("void: {faults}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::callgrind::Counts;

    fn load(cpu_micros: f64) -> Load {
        Load {
            rounds: 1,
            requests_per_second: 1000.0,
            cpu_micros,
            user_micros: Some(1.0),
            cpu_least: 4.0,
            cpu_most: 6.0,
            p50: 1.0,
            p99: 2.0,
            p999: 3.0,
            faults: 0,
        }
    }

    #[test]
    fn we_are_compared_with_the_best_sound_tokio_peer() {
        let mut results = Results::default();
        let rows = [(OURS, 4.0, 0), ("hyper", 8.0, 0), ("may", 1.0, 0), ("axum", 2.0, 3)];
        for (name, cpu_micros, faults) in rows {
            let load = Load { faults, ..load(cpu_micros) };
            results.server(name).same_core.insert("json".into(), load);
        }
        let against = Against::of(&results, "json").unwrap();
        assert_eq!((against.rival, against.share), ("hyper", 0.5));
        assert!(Against::of(&results, "echo").is_none());
    }

    #[test]
    fn a_figure_with_faults_is_void_and_what_was_not_measured_is_left_out() {
        let mut results = Results::default();
        let load = load(5.0);
        let server = results.server("axum");
        server.same_core.insert("json".into(), load.clone());
        server.same_core.insert("echo".into(), Load { faults: 7, ..load });
        let counts = Counts { instructions: 12.0, allocations: 3.0 };
        results.server(OURS).counts.insert("json".into(), counts);

        let text = results.to_string();
        assert!(text.contains("1.00 / 5.00") && text.contains("void: 7"), "{text}");
        assert!(text.contains("12 (3.0)") && !text.contains("resident"), "{text}");
        let markdown = markdown(&results);
        assert!(markdown.contains("| axum 0.") && !markdown.contains("12 (3.0)"), "{markdown}");
    }

    #[test]
    fn more_workers_are_set_against_fewer() {
        let mut results = Results::default();
        let server = results.server(OURS);
        server.same_core.insert("plaintext".into(), load(4.0));
        let twice = Load { requests_per_second: 1900.0, ..load(4.2) };
        server.doubled.insert("plaintext".into(), twice);
        assert!(results.to_string().contains("1.90 x, +5 %"), "{results}");
    }
}
