//! What is to be measured, and how long may it take?

use std::time::Duration;

use super::cores;
use super::server::{OURS, PEERS, QUICK};
use super::workload::{APART, BODIES, DOUBLED, LOADED, QUICK_BODIES, QUICK_LOADED, Workload};
use crate::command::Outcome;

pub const USAGE: &str = "\
cargo xtask bench [--peers] [--router] [--micro]   these parts only; without any: all of them
    --quick            fewer peers, workloads, rounds and requests: under 2 minutes instead of 15
    --only A,B,…       these servers only: httpz floor-tokio hyper axum actix ntex xitca may salvo poem rocket
    --counts --memory --load    of the servers, these figures only
    --workers N        threads of each server, 1 by default
    --rounds N         turns that each server gets under load, 3 by default
    --same             under load, only the runs in which server and load generator share cores
    --baseline FILE    name what became worse since FILE (a results.json), and fail if anything did
    --record NAME      keep the tables as benches/records/NAME.txt and the figures as NAME.json

cargo xtask bench --markdown FILE   measure nothing; print the README's tables from FILE (a results.json)
cargo xtask bench --report FILE     measure nothing; draw target/bench/report.html from FILE";

/// How much is done of everything.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub rounds: usize,
    /// Threads of each server, each with a core.
    pub workers: usize,
    /// Of each run of wrk.
    pub seconds: u32,
    /// Requests of each workload under callgrind.
    pub counted_requests: usize,
    /// Are ten thousand connections made busy at once?
    pub burst: bool,
    /// Server and load generator share cores.
    pub loaded: &'static [Workload],
    pub bodies: &'static [Workload],
    pub doubled: &'static [Workload],
    /// A core for each, and the rates of the latency runs there, in requests per second: far
    /// below, below, and near what frameworks can do.
    pub apart: &'static [Workload],
    pub rates: &'static [f64],
    /// After this time nothing new is begun.
    pub budget: Duration,
}

impl Plan {
    /// What our own clients can do.
    pub fn without_wrk(self) -> Self {
        Self { loaded: &[], bodies: &[], doubled: &[], apart: &[], ..self }
    }
}

const FULL: Plan = Plan {
    rounds: 3,
    workers: 1,
    seconds: 1,
    counted_requests: 1_600,
    burst: true,
    loaded: &LOADED,
    bodies: &BODIES,
    doubled: &DOUBLED,
    apart: &APART,
    rates: &[5_000.0, 20_000.0, 40_000.0],
    budget: Duration::from_secs(14 * 60 + 30),
};
const SHORT: Plan = Plan {
    rounds: 1,
    counted_requests: 800,
    burst: false,
    loaded: &QUICK_LOADED,
    bodies: &QUICK_BODIES,
    doubled: &[],
    apart: &[],
    rates: &[20_000.0],
    budget: Duration::from_secs(105),
    ..FULL
};

#[derive(Clone, Debug)]
pub struct Options {
    pub peers: bool,
    pub router: bool,
    pub micro: bool,
    pub quick: bool,
    pub counts: bool,
    pub load: bool,
    pub memory: bool,
    pub same_core_only: bool,
    pub servers: Vec<String>,
    pub baseline: Option<String>,
    pub record: Option<String>,
    /// Results of an earlier run that are only to be shown again.
    pub markdown: Option<String>,
    pub report: Option<String>,
    pub plan: Plan,
}

impl Options {
    pub fn parse(arguments: &[String]) -> Outcome<Self> {
        let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
        let all_parts = !(has("--peers") || has("--router") || has("--micro"));
        let all_figures = !(has("--counts") || has("--load") || has("--memory") || has("--same"));
        let mut options = Self {
            peers: all_parts || has("--peers"),
            router: all_parts || has("--router"),
            micro: all_parts || has("--micro"),
            quick: has("--quick"),
            counts: all_figures || has("--counts"),
            load: all_figures || has("--load") || has("--same"),
            memory: all_figures || has("--memory"),
            same_core_only: has("--same"),
            servers: Vec::new(),
            baseline: None,
            record: None,
            markdown: None,
            report: None,
            plan: if has("--quick") { SHORT } else { FULL },
        };
        let peers = PEERS.iter().map(|peer| peer.name);
        let peers = peers.filter(|name| !options.quick || QUICK.contains(name));
        options.servers = std::iter::once(OURS).chain(peers).map(str::to_owned).collect();

        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let mut value =
                || words.next().cloned().ok_or(format!("{word} wants a value\n\n{USAGE}"));
            match word.as_str() {
                "--peers" | "--router" | "--micro" | "--quick" | "--counts" | "--load"
                | "--memory" | "--same" => {}
                "--baseline" => options.baseline = Some(value()?),
                "--markdown" => options.markdown = Some(value()?),
                "--report" => options.report = Some(value()?),
                "--record" => options.record = Some(value()?),
                "--workers" => options.plan.workers = workers(&value()?)?,
                "--rounds" => options.plan.rounds = count("--rounds", &value()?)?,
                "--only" => options.servers = chosen(&value()?)?,
                _ => return Err(format!("there is no option `{word}`\n\n{USAGE}")),
            }
        }
        Ok(options)
    }
}

fn count(option: &str, text: &str) -> Outcome<usize> {
    match text.parse() {
        Ok(n) if n > 0 => Ok(n),
        _ => Err(format!("{option} wants a number from 1, not `{text}`")),
    }
}

/// More workers than cores would measure the scheduler.
fn workers(text: &str) -> Outcome<usize> {
    let cores = cores::count();
    match count("--workers", text)? {
        n if n <= cores => Ok(n),
        n => Err(format!("{n} workers want as many cores; there are {cores}")),
    }
}

fn chosen(list: &str) -> Outcome<Vec<String>> {
    let names: Vec<String> = list.split(',').map(str::to_owned).collect();
    let is_known = |name: &str| name == OURS || PEERS.iter().any(|peer| peer.name == name);
    match names.iter().find(|name| !is_known(name)) {
        Some(unknown) => Err(format!("there is no server `{unknown}`\n\n{USAGE}")),
        None => Ok(names),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Outcome<Options> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn without_a_flag_everything_is_measured() {
        let options = parse("").unwrap();
        assert!(options.peers && options.router && options.micro);
        assert!(options.counts && options.load && options.memory && !options.same_core_only);
        assert_eq!(options.servers.len(), 1 + PEERS.len());
    }

    #[test]
    fn a_flag_narrows_the_run() {
        let options = parse("--peers --counts --only hyper,httpz").unwrap();
        assert!(options.peers && !options.router && !options.micro);
        assert!(options.counts && !options.load && !options.memory);
        assert_eq!(options.servers, ["hyper", "httpz"]);
    }

    #[test]
    fn what_is_unknown_is_named() {
        for (line, part) in [
            ("--fast", "no option `--fast`"),
            ("--only nginx", "no server `nginx`"),
            ("--rounds 0", "--rounds wants a number"),
            ("--workers 9999", "want as many cores"),
            ("--baseline", "--baseline wants a value"),
        ] {
            let reason = parse(line).unwrap_err();
            assert!(reason.contains(part), "{reason}");
        }
    }
}
