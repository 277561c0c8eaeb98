//! How fast are we, beside whom, and can everyone check it? `cargo xtask bench`.
//!
//! Three parts: whole servers beside each other (`--peers`, this file's story), the router beside
//! other routers (`--router`) and single functions (`--micro`). Nothing is timed before every
//! server has given the same answers; errors under load void the row; servers take turns in every
//! round, so that a machine that changes its mind changes it for all.

mod baseline;
pub mod callgrind;
mod client;
mod latency;
mod load;
mod memory;
mod micro;
mod options;
mod plot;
mod process;
mod report;
mod results;
mod router;
pub mod server;
mod table;
mod workload;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::command::{Outcome, cargo, has_tool, output, root, target_dir};
use load::{Load, Sample};
use options::{Options, Plan};
use results::{About, Results};
use server::{Place, Running, Server};
use workload::{FRESH, LOADED, Workload};

/// Connections that wrk keeps busy.
const N_CONNS: u32 = 64;

/// Requests per second of the latency runs: far below, below, and near what frameworks can do.
const RATES: [f64; 3] = [5_000.0, 20_000.0, 40_000.0];

pub fn run(arguments: &[String]) -> Outcome {
    let options = Options::parse(arguments)?;
    let folder = target_dir().join("bench");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;

    let mut bench = Bench::new(&options, arguments);
    if options.peers {
        bench.peers(&options);
    }
    if options.router {
        bench.router(&options);
    }
    if options.micro {
        bench.micro();
    }
    bench.results.about.seconds = bench.started.elapsed().as_secs_f64();
    conclude(&bench.results, &options, &folder)
}

/// Shows and keeps the results, and compares them with an earlier run when one is given.
fn conclude(results: &Results, options: &Options, folder: &Path) -> Outcome {
    println!("\n{results}");
    results.save(&folder.join("results.json"))?;
    let report = folder.join("report.html");
    fs::write(&report, report::html(results))
        .map_err(|error| format!("{}: {error}", report.display()))?;
    println!("\n{} and results.json beside it", report.display());
    if let Some(name) = &options.record {
        let records = root().join("benches/records");
        fs::create_dir_all(&records).map_err(|error| format!("{}: {error}", records.display()))?;
        let path = records.join(format!("{name}.txt"));
        fs::write(&path, results.to_string())
            .map_err(|error| format!("{}: {error}", path.display()))?;
        println!("{}", path.display());
    }

    if let Some(path) = &options.baseline {
        let regressions = baseline::regressions(&Results::load(Path::new(path))?, results);
        if !regressions.is_empty() {
            return Err(format!("worse than {path}:\n{}", regressions.join("\n")));
        }
        println!("nothing became worse than in {path}");
    }
    Ok(())
}

/// A run in progress.
struct Bench {
    plan: Plan,
    started: Instant,
    results: Results,
}

/// Samples by server and workload, over all rounds.
type Samples = BTreeMap<(String, &'static str), Vec<Sample>>;

impl Bench {
    fn new(options: &Options, arguments: &[String]) -> Self {
        let command = format!("cargo xtask bench {}", arguments.join(" "));
        let about = About::this_machine(command.trim_end().into());
        Self {
            plan: options.plan,
            started: Instant::now(),
            results: Results { about, ..Results::default() },
        }
    }

    fn say(&self, what: &str) {
        eprintln!("[{:4.0} s] {what}", self.started.elapsed().as_secs_f64());
    }

    fn skip(&mut self, why: String) {
        self.say(&why);
        self.results.skipped.push(why);
    }

    /// Whether the run has used up the time it promised to stay under.
    fn late(&mut self, what: &str) -> bool {
        let late = self.started.elapsed() > self.plan.budget;
        if late {
            self.skip(format!("{what}: the time for this run is over"));
        }
        late
    }

    fn peers(&mut self, options: &Options) {
        let servers = self.prepare(&options.servers);
        // Building is not measuring, and takes minutes when it is done for the first time.
        self.started = Instant::now();
        if options.counts {
            self.count(&servers);
        }
        if options.memory {
            self.memory(&servers);
        }
        if options.load {
            self.load(&servers, options.same_core_only);
        }
    }

    /// Builds the servers, and keeps those that give the right answers.
    fn prepare(&mut self, names: &[String]) -> Vec<Server> {
        let mut servers = Vec::new();
        for name in names {
            self.say(&format!("building {name}"));
            match server::build(name, self.plan.workers)
                .and_then(|server| server.start(Place::Free).map(|_| server))
            {
                Ok(server) => {
                    self.results.server(name);
                    servers.push(server);
                }
                Err(reason) => self.skip(format!("{name}: {reason}")),
            }
        }
        servers
    }

    fn count(&mut self, servers: &[Server]) {
        if !callgrind::is_available() {
            return self
                .skip("instructions: valgrind is missing (`apt-get install valgrind`)".into());
        }
        for server in servers {
            if self.late("instructions") {
                return;
            }
            self.say(&format!("counting instructions of {}", server.name));
            match callgrind::measure(server, self.plan.counted_requests) {
                Ok(counts) => self.results.server(&server.name).counts = counts,
                Err(reason) => self.skip(reason),
            }
        }
    }

    fn load(&mut self, servers: &[Server], same_core_only: bool) {
        if !has_tool("wrk") {
            return self.skip("load: wrk is missing (`apt-get install wrk`)".into());
        }
        let mut same_core = Samples::new();
        let mut two_core = Samples::new();
        let two_cores = self.results.about.cores > self.plan.workers && !same_core_only;
        if self.results.about.cores <= self.plan.workers {
            self.skip(
                "latency and requests per second: they need a core beside the workers'".into(),
            );
        }
        for round in 1..=self.plan.rounds {
            for server in servers {
                if self.late("load") {
                    break;
                }
                self.say(&format!("round {round} of {}: {}", self.plan.rounds, server.name));
                self.turn(server, Place::SharedCore, &mut same_core);
                if two_cores {
                    self.turn(server, Place::OwnCore, &mut two_core);
                }
            }
        }
        for ((name, workload), samples) in same_core {
            let load = Load::of(&samples);
            self.results.server(&name).same_core.extend(load.map(|load| (workload.into(), load)));
        }
        for ((name, workload), samples) in two_core {
            let load = Load::of(&samples);
            self.results.server(&name).two_core.extend(load.map(|load| (workload.into(), load)));
        }
        if two_cores {
            bind_to(&self.plan.workers.to_string());
            self.latency(servers);
            bind_to(&server::first_cores(self.results.about.cores));
        }
    }

    /// One server's turn in a round: started afresh, warmed up, then every workload.
    fn turn(&mut self, server: &Server, place: Place, samples: &mut Samples) {
        let run = |running: &Running, workload: &Workload| {
            load::run(running, place, workload, self.plan.seconds, N_CONNS)
                .map_err(|reason| format!("{}, {}: {reason}", server.name, workload.name))
        };
        let outcome = server.start(place).and_then(|running| {
            run(&running, &LOADED[0])?;
            let closes = client::closes_when_asked(running.port)?;
            for workload in LOADED.iter().filter(|workload| closes || workload.name != FRESH.name) {
                let sample = run(&running, workload)?;
                samples.entry((server.name.clone(), workload.name)).or_default().push(sample);
            }
            process::resident(running.pid())
        });
        match outcome {
            Ok(bytes) => {
                let memory = self.results.server(&server.name).memory.get_or_insert_default();
                memory.under_load = memory.under_load.max(bytes);
            }
            Err(reason) => self.skip(reason),
        }
    }

    fn latency(&mut self, servers: &[Server]) {
        for server in servers {
            if self.late("latency") {
                return;
            }
            self.say(&format!("latency of {}", server.name));
            let points = server.start(Place::OwnCore).and_then(|running| {
                let time = Duration::from_secs(self.plan.seconds.into());
                latency::measure(&running, RATES[0], time / 2)?;
                RATES.iter().map(|rate| latency::measure(&running, *rate, time)).collect()
            });
            match points {
                Ok(points) => self.results.server(&server.name).latency = points,
                Err(reason) => self.skip(format!("latency of {}: {reason}", server.name)),
            }
        }
    }

    fn memory(&mut self, servers: &[Server]) {
        for server in servers {
            if self.late("memory") {
                return;
            }
            self.say(&format!("memory of {}", server.name));
            match memory::measure(server) {
                Ok(memory) => {
                    let row = self.results.server(&server.name).memory.get_or_insert_default();
                    *row = memory::Memory { under_load: row.under_load, ..memory };
                }
                Err(reason) => self.skip(format!("memory of {}: {reason}", server.name)),
            }
        }
    }

    /// Routers have a workspace of their own, as peers have; its program prints its own table.
    fn router(&mut self, options: &Options) {
        self.say("routers");
        let folder = root().join("benches/router");
        let mut command = cargo("run --release --locked --bin router-bench --");
        command.args(options.quick.then_some("--quick"));
        command.current_dir(&folder).env("CARGO_TARGET_DIR", folder.join("target"));
        match output(&mut command) {
            Ok(text) => self.results.router = text,
            Err(reason) => self.skip(format!("router: {reason}")),
        }
    }

    fn micro(&mut self) {
        self.say("single functions");
        match micro::measure() {
            Ok(text) => self.results.micro = text,
            Err(reason) => self.skip(format!("micro: {reason}")),
        }
    }
}

/// Binds this process to some cores; the client of the latency runs spins, and must not spin where
/// the server runs.
fn bind_to(cores: &str) {
    let pid = std::process::id().to_string();
    let mut command = std::process::Command::new("taskset");
    // Should it fail, the figures are worse for every server alike, and the report shows it.
    let _ = output(command.args(["-a", "-c", "-p", cores, &pid]));
}
