//! How fast are we, beside whom, and can everyone check it? `cargo xtask bench`.
//!
//! Three parts: whole servers beside each other (`--peers`, told in `peers.rs`), the router beside
//! other routers (`--router`) and single steps of a request (`--micro`). Building is not measuring:
//! it comes first and does not count against the time that a run promises to stay under.

mod baseline;
pub mod callgrind;
mod client;
mod cores;
mod latency;
mod load;
mod memory;
mod micro;
mod options;
mod peers;
mod plot;
pub mod process;
mod report;
mod results;
mod router;
pub mod server;
mod table;
mod tables;
pub mod workload;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::command::{Outcome, cargo, has_tool, output, root, run as run_command, target_dir};
use options::{Options, Plan};
use results::{About, Results};
use server::Server;

pub fn run(arguments: &[String]) -> Outcome {
    if arguments.iter().any(|argument| ["-h", "--help"].contains(&argument.as_str())) {
        println!("{}", options::USAGE);
        return Ok(());
    }
    let options = Options::parse(arguments)?;
    let folder = target_dir().join("bench");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    if let Some(path) = &options.markdown {
        print!("{}", tables::markdown(&Results::load(Path::new(path))?));
        return Ok(());
    }
    if let Some(path) = &options.report {
        return draw(&Results::load(Path::new(path))?, &folder);
    }

    if let Some(missing) = ["taskset", "chrt", "prlimit"].iter().find(|tool| !has_tool(tool))
        && options.peers
    {
        return Err(format!("{missing} is missing (`apt-get install util-linux`)"));
    }

    let baseline = options.baseline.as_deref().map(Path::new).map(Results::load).transpose()?;

    let mut bench = Bench::new(&options, arguments);
    let built = bench.build(&options);
    bench.measure(&options, &built);
    conclude(&bench.results, &options, &folder)?;
    baseline.map_or(Ok(()), |baseline| compare(&baseline, &bench.results))
}

/// Shows and keeps the results.
fn conclude(results: &Results, options: &Options, folder: &Path) -> Outcome {
    println!("\n{results}");
    results.save(&folder.join("results.json"))?;
    draw(results, folder)?;
    println!("{}", folder.join("results.json").display());
    if let Some(name) = &options.record {
        let records = root().join("benches/records");
        let path = records.join(format!("{name}.txt"));
        write(&path, &results.to_string())?;
        results.save(&records.join(format!("{name}.json")))?;
        println!("{} and .json", path.display());
    }
    Ok(())
}

fn compare(baseline: &Results, results: &Results) -> Outcome {
    let regressions = baseline::regressions(baseline, results);
    if !regressions.is_empty() {
        return Err(format!("worse than before:\n{}", regressions.join("\n")));
    }
    println!("nothing became worse");
    Ok(())
}

fn draw(results: &Results, folder: &Path) -> Outcome {
    let path = folder.join("report.html");
    write(&path, &report::html(results))?;
    println!("{}", path.display());
    Ok(())
}

fn write(path: &Path, text: &str) -> Outcome {
    path.parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// A run in progress.
struct Bench {
    plan: Plan,
    started: Instant,
    results: Results,
}

/// What is ready to be measured.
#[derive(Default)]
struct Built {
    servers: Vec<Server>,
    micro: Option<PathBuf>,
    router: bool,
}

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

    /// Builds everything that is asked for; what cannot be built is named and left out.
    fn build(&mut self, options: &Options) -> Built {
        if self.results.about.is_busy() {
            let load = self.results.about.load_before;
            self.say(&format!(
                "the machine is busy (load average {load}): only counts can be believed"
            ));
        }
        let mut built = Built::default();
        if options.peers {
            self.say("building servers; for the first time this takes minutes");
            for (n, name) in options.servers.iter().enumerate() {
                self.say(&format!("building {name} ({} of {})", n + 1, options.servers.len()));
                match server::build(name, self.plan.workers) {
                    Ok(server) => {
                        self.results.server(name);
                        built.servers.push(server);
                    }
                    Err(reason) => self.skip(reason),
                }
            }
        }
        if options.micro {
            self.say("building single steps");
            match micro::build() {
                Ok(binary) => built.micro = Some(binary),
                Err(reason) => self.skip(format!("micro: {reason}")),
            }
        }
        if options.router {
            self.say("building routers");
            match run_command(&mut router_bench("build")) {
                Ok(()) => built.router = true,
                Err(reason) => self.skip(format!("router: {reason}")),
            }
        }
        built
    }

    /// Rounds of load come last and fill what time is left; a single one does not wait for that.
    fn measure(&mut self, options: &Options, built: &Built) {
        self.started = Instant::now();
        let load_last = self.plan.rounds > 1;
        if options.counts {
            self.count(&built.servers);
        }
        if options.memory {
            self.memory(&built.servers);
        }
        if options.load && !load_last {
            self.load(&built.servers, options.same_core_only);
        }
        if let Some(binary) = &built.micro
            && !self.late("micro")
        {
            self.say("single steps");
            match micro::measure(binary) {
                Ok(steps) => self.results.micro = steps,
                Err(reason) => self.skip(format!("micro: {reason}")),
            }
        }
        if built.router && !self.late("router") {
            self.say("routers");
            let mut command = router_bench("run");
            command.arg("--").args(options.quick.then_some("--quick"));
            match output(&mut command) {
                Ok(text) => self.results.router = text,
                Err(reason) => self.skip(format!("router: {reason}")),
            }
        }
        if options.load && load_last {
            self.load(&built.servers, options.same_core_only);
        }
        self.results.about.seconds = self.started.elapsed().as_secs_f64();
    }
}

/// Routers have a workspace of their own, as peers have; its program prints its own table.
fn router_bench(verb: &str) -> Command {
    let mut command = cargo(&format!("{verb} --release --locked --bin router-bench"));
    command
        .current_dir(root().join("benches/router"))
        .env("CARGO_TARGET_DIR", target_dir().join("router"));
    command
}
