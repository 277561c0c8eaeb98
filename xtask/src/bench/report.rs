//! The figures as a page that needs no network: tables and plots in one file.

use std::fmt::Write;

use super::plot::{self, Bar, Line};
use super::results::{Results, ServerResults};
use super::workload::{COUNTED, LOADED};

const STYLE: &str = "body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222}\
    pre{overflow-x:auto;background:#f6f6f6;padding:1em;font-size:12px;line-height:1.35}\
    figure{margin:1em 0}svg{max-width:100%;height:auto}";

pub fn html(results: &Results) -> String {
    let about = &results.about;
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n<title>httpz, measured</title>\n\
         <style>{STYLE}</style>\n<h1>httpz, measured</h1>\n<p><code>{}</code> on {}, {} cores, Linux {}; {}; commit {}.</p>\n",
        escape(&about.command),
        escape(&about.processor),
        about.cores,
        escape(&about.kernel),
        escape(&about.toolchain),
        escape(&about.commit),
    );
    for (title, figures) in [
        ("Instructions per request", instructions(results)),
        ("Processor time per request", processor_time(results)),
        ("Latency", latency(results)),
        ("Memory", memory(results)),
        ("Routers", routers(results)),
    ] {
        if !figures.is_empty() {
            writeln!(page, "<h2>{title}</h2>").expect("a string takes what it is given");
            for figure in figures {
                writeln!(page, "<figure>{figure}</figure>")
                    .expect("a string takes what it is given");
            }
        }
    }
    page + &format!("<h2>All figures</h2>\n<pre>{}</pre>\n</html>\n", escape(&results.to_string()))
}

fn instructions(results: &Results) -> Vec<String> {
    let bars = |name: &str| {
        bars_of(results, |server| {
            let value = server.counts.get(name)?.instructions;
            Some((value, value, value))
        })
    };
    COUNTED
        .iter()
        .filter_map(|it| {
            plot::bars(&format!("{}: instructions, user space", it.name), &bars(it.name))
        })
        .collect()
}

fn processor_time(results: &Results) -> Vec<String> {
    let bars = |name: &str| {
        bars_of(results, |server| {
            let load = server.same_core.get(name).filter(|load| load.faults == 0)?;
            Some((load.cpu_micros, load.cpu_least, load.cpu_most))
        })
    };
    LOADED
        .iter()
        .filter_map(|it| {
            plot::bars(
                &format!("{}: µs of the server's processor time, least to most", it.name),
                &bars(it.name),
            )
        })
        .collect()
}

fn bars_of(
    results: &Results,
    value: impl Fn(&ServerResults) -> Option<(f64, f64, f64)>,
) -> Vec<Bar> {
    let bar = |server: &ServerResults| {
        let (value, least, most) = value(server)?;
        Some(Bar { name: server.name.clone(), value, least, most })
    };
    results.servers.iter().filter_map(bar).collect()
}

fn latency(results: &Results) -> Vec<String> {
    let lines: Vec<Line> = results
        .servers
        .iter()
        .map(|server| Line {
            name: server.name.clone(),
            // A server that did not keep up has no latency at that rate, only a growing queue.
            points: server
                .latency
                .iter()
                .filter(|it| it.achieved >= it.rate * 0.98)
                .map(|it| (it.rate, it.p99))
                .collect(),
        })
        .collect();
    plot::lines("p99 in µs over requests per second, open loop", &lines).into_iter().collect()
}

fn memory(results: &Results) -> Vec<String> {
    let lines: Vec<Line> = results
        .servers
        .iter()
        .filter_map(|server| Some((server, server.memory.filter(|memory| memory.at_rest > 0)?)))
        .map(|(server, memory)| {
            let mib = |n: f64, per_conn: f64| {
                (n, (memory.at_rest as f64 + n * per_conn) / f64::from(1 << 20))
            };
            let points =
                vec![mib(0.0, 0.0), mib(1e3, memory.per_conn_1k), mib(1e4, memory.per_conn_10k)];
            Line { name: server.name.clone(), points }
        })
        .collect();
    plot::lines("resident MiB over idle connections", &lines).into_iter().collect()
}

/// The router part prints `router routes instructions …` rows; each router becomes a line.
fn routers(results: &Results) -> Vec<String> {
    plot::lines("lookup cost over routes", &super::router::lines(&results.router))
        .into_iter()
        .collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
