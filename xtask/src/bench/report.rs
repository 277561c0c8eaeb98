//! The figures as a page that needs no network: plots and tables in one file.

use std::fmt::Write;

use super::plot::{self, Axes, Bar, Line, Scale};
use super::results::{Results, ServerResults};
use super::server::OURS;
use super::table::Table;
use super::tables::{self, Against};
use super::workload::{APART, BODIES, COUNTED, LOADED, Workload};

const STYLE: &str = include_str!("report.css");

/// A heading, what one should know before looking, and plots.
struct Section {
    title: &'static str,
    note: &'static str,
    /// Bars stand beside each other, lines take the whole width.
    small: Vec<String>,
    wide: Vec<String>,
}

const SHARED: &str = "Processor time of the server's process alone, while it and wrk share one core as batch tasks: \
    every server gets the same batches, and none is rewarded for being slow. Where there is a darker part, it was spent \
    in user space, and the lighter one in the kernel; the thin line reaches from the cheapest to the dearest round. Less is better.";

pub fn html(results: &Results) -> String {
    let mut page = String::new();
    let sections = [
        Section {
            title: "Processor time per request",
            note: SHARED,
            small: shared(results, &LOADED, "µs per request"),
            wide: vec![],
        },
        Section {
            title: "Processor time per mebibyte",
            note: "The same with bodies of 1 MiB, on eight connections: sent and received with their length, and in \
                chunks of 16 KiB. The sink counts what comes; ours holds the whole body in memory before its handler \
                runs, the others count it piece by piece.",
            small: shared(results, &BODIES, "µs per MiB"),
            wide: vec![],
        },
        Section {
            title: "Instructions per request",
            note: "In user space, by callgrind, over one connection in lock step; pipe16 sends sixteen requests in one \
                write, c16 writes to sixteen connections at once, browser sends ten fields. The same build gives the \
                same figures within a fraction of a percent on any machine. Less is better.",
            small: instructions(results),
            wide: vec![],
        },
        Section {
            title: "Latency",
            note: "An open loop on a core of its own: requests are due at a fixed rate, and an answer's time runs from \
                when its request was due, so that a stall counts for everyone it would have hit. Medians of the \
                rounds; a server that did not keep up with a rate has no point there.",
            small: vec![],
            wide: latency(results),
        },
        Section {
            title: "Requests per second",
            note: "With a core for the server and one for wrk, which is the slower of the two for the fast servers: \
                for orientation only. More is better.",
            small: throughput(results),
            wide: vec![],
        },
        Section {
            title: "Memory",
            note: "Resident memory of the server's process. Idle connections have made one request and are kept; busy \
                ones are in the middle of another, all ten thousand at once.",
            small: vec![],
            wide: memory(results),
        },
        Section {
            title: "Routers",
            note: "Instructions of one look-up, with its value and all parameters read, as the table of routes grows.",
            small: vec![],
            wide: routers(results),
        },
    ];
    for section in &sections {
        section.write(&mut page);
    }
    tables_of(results, &mut page);
    let about = about(results);
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>httpz, measured</title>\n\
         <style>\n{STYLE}</style></head>\n<body><main>\n{about}{page}</main></body></html>\n",
    )
}

impl Section {
    fn write(&self, page: &mut String) {
        if self.small.is_empty() && self.wide.is_empty() {
            return;
        }
        push(page, format_args!("<h2>{}</h2>\n<p>{}</p>\n", self.title, self.note));
        page.push_str("<div class=\"plots\">\n");
        for figure in &self.small {
            push(page, format_args!("<figure>{figure}</figure>\n"));
        }
        for figure in &self.wide {
            push(page, format_args!("<figure class=\"wide\">{figure}</figure>\n"));
        }
        page.push_str("</div>\n");
    }
}

/// Where the figures come from, what to be careful with, and the outcome in one line of cards.
fn about(results: &Results) -> String {
    let about = &results.about;
    let mut page = format!(
        "<h1>httpz, measured</h1>\n<p class=\"about\"><code>{}</code><br>{}, {} cores, Linux {}; {}; commit {}; \
         {:.0} s, load average before {}<br>{}</p>\n",
        escape(&about.command),
        escape(&about.processor),
        about.cores,
        escape(&about.kernel),
        escape(&about.toolchain),
        escape(&about.commit),
        about.seconds,
        about.load_before,
        escape(&results.versions().join(", ")),
    );
    if about.is_busy() {
        page.push_str(
            "<p class=\"warning\">The machine had other work when this run began: its times say little. Counts \
             are not affected.</p>\n",
        );
    }
    let cards: String =
        [&LOADED[..], &BODIES].concat().iter().filter_map(|it| card(results, it)).collect();
    if !cards.is_empty() {
        push(
            &mut page,
            format_args!(
                "<p>Our processor time as a share of the best tokio peer's, below 1 being less:</p>\n\
                 <div class=\"cards\">{cards}</div>\n"
            ),
        );
    }
    page
}

fn card(results: &Results, workload: &Workload) -> Option<String> {
    let Against { rival, share } = Against::of(results, workload.name)?;
    let class = if share < 1.0 { " class=\"ahead\"" } else { "" };
    let name = escape(workload.name);
    Some(format!("<div{class}><span>{name}</span><b>{share:.2}</b><span>of {rival}</span></div>"))
}

fn shared(results: &Results, workloads: &[Workload], unit: &str) -> Vec<String> {
    plots(workloads, unit, |name| {
        bars(results, |server| {
            let load = server.same_core.get(name).filter(|load| load.faults == 0)?;
            Some((load.cpu_micros, load.user_micros, load.cpu_least, load.cpu_most))
        })
    })
}

fn instructions(results: &Results) -> Vec<String> {
    plots(&COUNTED, "instructions", |name| {
        bars(results, |server| {
            let value = server.counts.get(name)?.instructions;
            Some((value, None, value, value))
        })
    })
}

fn throughput(results: &Results) -> Vec<String> {
    plots(&APART, "requests per second", |name| {
        bars(results, |server| {
            let load = server.two_core.get(name).filter(|load| load.faults == 0)?;
            let value = load.requests_per_second;
            Some((value, None, value, value))
        })
    })
}

fn plots(workloads: &[Workload], unit: &str, of: impl Fn(&str) -> Vec<Bar>) -> Vec<String> {
    let plot = |it: &Workload| plot::bars(&format!("{}, {unit}", it.name), &of(it.name));
    workloads.iter().filter_map(plot).collect()
}

/// Value, its part in user space, least and most.
type Height = (f64, Option<f64>, f64, f64);

fn bars(results: &Results, of: impl Fn(&ServerResults) -> Option<Height>) -> Vec<Bar> {
    let bar = |server: &ServerResults| {
        let (value, part, least, most) = of(server)?;
        Some(Bar { name: server.name.clone(), value, part, least, most })
    };
    results.servers.iter().filter_map(bar).collect()
}

fn lines(results: &Results, of: impl Fn(&ServerResults) -> Vec<(f64, f64)>) -> Vec<Line> {
    let line = |server: &ServerResults| Line { name: server.name.clone(), points: of(server) };
    results.servers.iter().map(line).collect()
}

fn latency(results: &Results) -> Vec<String> {
    let by_rate = lines(results, |server| {
        server.latency.iter().filter(|it| it.is_sound()).map(|it| (it.rate, it.p99)).collect()
    });
    let middle = tables::middle_rate(results).unwrap_or_default();
    let by_share = lines(results, |server| {
        let it = server.latency.iter().find(|it| it.rate == middle && it.is_sound());
        it.map_or(vec![], |it| vec![(0.0, it.p50), (1.0, it.p90), (2.0, it.p99), (3.0, it.p999)])
    });
    let title = format!("Latency at {middle:.0} requests per second");
    let shares = Axes {
        title: &title,
        x: "answers that came at least as fast",
        y: "µs",
        x_scale: Scale::Linear,
        y_scale: Scale::Log,
        places: &["50 %", "90 %", "99 %", "99.9 %"],
    };
    let rates = Axes {
        title: "The slowest of a hundred answers (p99) by rate",
        x: "requests per second",
        places: &[],
        ..shares
    };
    [plot::lines(&shares, &by_share), plot::lines(&rates, &by_rate)].into_iter().flatten().collect()
}

fn memory(results: &Results) -> Vec<String> {
    let mib = |bytes: f64| bytes / f64::from(1 << 20);
    let measured = |server: &ServerResults| server.memory.filter(|memory| memory.at_rest > 0);
    let growth = lines(results, |server| {
        measured(server).map_or(vec![], |memory| {
            let at_rest = memory.at_rest as f64;
            [(0.0, 0.0), (1e3, memory.per_conn_1k), (1e4, memory.per_conn_10k)]
                .map(|(n, per_conn)| (n, mib(at_rest + n * per_conn)))
                .to_vec()
        })
    });
    let burst = lines(results, |server| {
        let Some(memory) = measured(server) else { return vec![] };
        let Some(burst) = memory.burst else { return vec![] };
        let at_rest = memory.at_rest as f64;
        let waiting = at_rest + 1e4 * memory.per_conn_10k;
        let [busy, idle, closed] = [burst.busy, burst.idle, burst.closed].map(|n| n as f64);
        (0_u8..).map(f64::from).zip([at_rest, waiting, busy, idle, closed].map(mib)).collect()
    });
    let growing = Axes {
        title: "Memory with connections",
        x: "idle connections",
        y: "MiB",
        x_scale: Scale::Linear,
        y_scale: Scale::Linear,
        places: &[],
    };
    let bursting = Axes {
        title: "Memory in a burst",
        x: "",
        places: &["at rest", "10,000 idle", "10,000 busy", "idle again", "closed"],
        ..growing
    };
    [plot::lines(&growing, &growth), plot::lines(&bursting, &burst)].into_iter().flatten().collect()
}

/// The router part prints `router routes instructions …` rows; each router becomes a line.
fn routers(results: &Results) -> Vec<String> {
    let axes = Axes {
        title: "Look-up cost by routes",
        x: "routes",
        y: "instructions per look-up",
        x_scale: Scale::Log,
        y_scale: Scale::Log,
        places: &[],
    };
    plot::lines(&axes, &super::router::lines(&results.router)).into_iter().collect()
}

fn tables_of(results: &Results, page: &mut String) {
    page.push_str("<h2>All figures</h2>\n");
    for table in tables::all(results) {
        page.push_str(&html_table(&table));
    }
    if !results.router.is_empty() {
        push(page, format_args!("<pre>{}</pre>\n", escape(results.router.trim_end())));
    }
    if !results.skipped.is_empty() {
        page.push_str("<h2>Not measured</h2>\n<ul>\n");
        for line in &results.skipped {
            push(page, format_args!("<li>{}</li>\n", escape(line)));
        }
        page.push_str("</ul>\n");
    }
}

fn html_table(table: &Table) -> String {
    let cells = |tag: &str, cells: &mut dyn Iterator<Item = &str>| {
        cells.map(|cell| format!("<{tag}>{}</{tag}>", escape(cell))).collect::<String>()
    };
    let mut html = format!(
        "<div class=\"scroll\"><table><caption>{}</caption><tr><th></th>{}</tr>\n",
        escape(&table.title),
        cells("th", &mut table.columns.iter().map(String::as_str)),
    );
    for row in &table.rows {
        let class = if row.name == OURS { " class=\"ours\"" } else { "" };
        let (name, cells) = (escape(&row.name), cells("td", &mut row.cells()));
        push(&mut html, format_args!("<tr{class}><td>{name}</td>{cells}</tr>\n"));
    }
    html + "</table></div>\n"
}

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text).expect("a string takes what it is given");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
