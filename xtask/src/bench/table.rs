//! The figures as text: for the terminal, and for the records.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Write};

use super::load::Load;
use super::results::{Results, ServerResults};
use super::server::OURS;
use super::workload::{COUNTED, LOADED, Workload};

impl Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let about = &self.about;
        writeln!(f, "{}", about.command)?;
        writeln!(f, "{}, {} cores, Linux {}", about.processor, about.cores, about.kernel)?;
        writeln!(f, "{}, commit {}, {:.0} s", about.toolchain, about.commit, about.seconds)?;

        let columns = names(&COUNTED);
        section(
            f,
            self,
            "instructions per request, user space (allocations in brackets)",
            &columns,
            |server, name| {
                server
                    .counts
                    .get(name)
                    .map(|it| format!("{:.0} ({:.1})", it.instructions, it.allocations))
            },
        )?;
        let columns = names(&LOADED);
        section(
            f,
            self,
            "processor µs per request, user / all; server and wrk share a core",
            &columns,
            |server, name| {
                cell(&server.same_core, name, |it| {
                    format!("{:.2} / {:.2}", it.user_micros, it.cpu_micros)
                })
            },
        )?;
        section(f, self, "its spread over the rounds", &columns, |server, name| {
            cell(&server.same_core, name, |it| format!("{:.0} %", it.spread() * 100.0))
        })?;
        self.against_the_best(f)?;
        section(f, self, "requests per second; a core for each", &columns, |server, name| {
            cell(&server.two_core, name, |it| format!("{:.0}", it.requests_per_second))
        })?;
        // Of a pipelined batch wrk only knows when its last answer came.
        let columns: Vec<&str> = columns.into_iter().filter(|name| *name != "pipe16").collect();
        section(
            f,
            self,
            "latency in µs at that rate: p50 p99 p99.9",
            &columns,
            |server, name| {
                cell(&server.two_core, name, |it| {
                    format!("{:.0} {:.0} {:.0}", it.p50, it.p99, it.p999)
                })
            },
        )?;
        self.latencies(f)?;
        let columns = ["at rest", "per conn, 1,000", "per conn, 10,000", "under load"];
        section(
            f,
            self,
            "resident memory: MiB, bytes per idle connection, MiB",
            &columns,
            |server, name| {
                let memory = server.memory?;
                let mib = |bytes: u64| format!("{:.1}", bytes as f64 / f64::from(1 << 20));
                let measured =
                    if name == "under load" { memory.under_load } else { memory.at_rest };
                if measured == 0 {
                    return None;
                }
                Some(match name {
                    "at rest" => mib(memory.at_rest),
                    "under load" => mib(memory.under_load),
                    "per conn, 1,000" => format!("{:.0}", memory.per_conn_1k),
                    _ => format!("{:.0}", memory.per_conn_10k),
                })
            },
        )?;

        for (title, text) in [("router", &self.router), ("micro", &self.micro)] {
            if !text.is_empty() {
                writeln!(f, "\n== {title}\n{}", text.trim_end())?;
            }
        }
        for line in &self.skipped {
            writeln!(f, "not measured: {line}")?;
        }
        Ok(())
    }
}

/// Servers that stand in the tables for orientation: no framework, or no tokio.
const APART: [&str; 3] = [OURS, "floor-tokio", "may"];

impl Results {
    /// One line that says what all of this is for.
    fn against_the_best(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(ours) = self.servers.iter().find(|server| server.name == OURS) else {
            return Ok(());
        };
        let sound = |server: &ServerResults, name: &str| {
            server.same_core.get(name).filter(|load| load.faults == 0).map(|load| load.cpu_micros)
        };
        let peers = || self.servers.iter().filter(|server| !APART.contains(&server.name.as_str()));
        let shares: Vec<String> = LOADED
            .iter()
            .filter_map(|workload| {
                let best =
                    peers().filter_map(|peer| sound(peer, workload.name)).min_by(f64::total_cmp)?;
                Some(format!("{} {:.2}", workload.name, sound(ours, workload.name)? / best))
            })
            .collect();
        match shares.is_empty() {
            true => Ok(()),
            false => {
                writeln!(f, "\n{OURS} against the best tokio peer (all): {}", shares.join(", "))
            }
        }
    }

    fn latencies(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rates: Vec<f64> = self
            .servers
            .iter()
            .max_by_key(|server| server.latency.len())
            .map(|server| server.latency.iter().map(|it| it.rate).collect())
            .unwrap_or_default();
        let columns: Vec<String> = rates.iter().map(|rate| format!("{rate:.0}/s")).collect();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        section(
            f,
            self,
            "latency in µs at a fixed rate: p50 p99 p99.9",
            &columns,
            |server, name| {
                let it = server.latency.iter().find(|it| format!("{:.0}/s", it.rate) == name)?;
                let kept_up = it.achieved >= it.rate * 0.98;
                let mark = if kept_up { "" } else { " (did not keep up)" };
                Some(format!("{:.0} {:.0} {:.0}{mark}", it.p50, it.p99, it.p999))
            },
        )
    }
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
        faults => format!("void: {faults}"),
    })
}

/// One titled table with a line per server; nothing at all if nothing was measured.
fn section(
    f: &mut impl Write,
    results: &Results,
    title: &str,
    columns: &[&str],
    cell: impl Fn(&ServerResults, &str) -> Option<String>,
) -> fmt::Result {
    let rows: Vec<(&str, Vec<String>)> = results
        .servers
        .iter()
        .map(|server| (server, columns.iter().map(|name| cell(server, name)).collect::<Vec<_>>()))
        .filter(|(_, cells)| cells.iter().any(Option::is_some))
        .map(|(server, cells)| {
            (
                server.name.as_str(),
                cells.into_iter().map(|cell| cell.unwrap_or_else(|| "-".into())).collect(),
            )
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }

    let width = |at: usize| {
        let cells = rows.iter().map(|(_, cells)| cells[at].chars().count());
        cells.chain([columns[at].chars().count()]).max().unwrap_or(0) + 2
    };
    write!(f, "\n== {title}\n{:14}", "")?;
    for (at, column) in columns.iter().enumerate() {
        write!(f, "{column:>0$}", width(at))?;
    }
    writeln!(f)?;
    for (name, cells) in &rows {
        write!(f, "{name:14}")?;
        for (at, cell) in cells.iter().enumerate() {
            write!(f, "{cell:>0$}", width(at))?;
        }
        writeln!(f)?;
    }
    Ok(())
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
            user_micros: 1.0,
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
        assert!(results.to_string().contains("best tokio peer (all): json 0.50\n"), "{results}");
    }

    #[test]
    fn a_row_with_faults_is_void_and_an_empty_section_is_left_out() {
        let mut results = Results::default();
        let load = load(5.0);
        let server = results.server("a");
        server.same_core.insert("json".into(), load.clone());
        server.same_core.insert("echo".into(), Load { faults: 7, ..load });
        results
            .server("b")
            .counts
            .insert("json".into(), Counts { instructions: 12.0, allocations: 3.0 });

        let text = results.to_string();
        assert!(text.contains("1.00 / 5.00") && text.contains("void: 7"), "{text}");
        assert!(text.contains("12 (3.0)") && !text.contains("resident memory"), "{text}");
    }
}
