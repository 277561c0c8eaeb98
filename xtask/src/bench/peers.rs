//! Whole servers beside each other: instructions, memory, load and latency.
//!
//! Errors under load void a figure; servers take turns in every round, so that a machine that
//! changes its mind changes it for all.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::latency::{self, Latency};
use super::load::{self, Load, Sample};
use super::options::Plan;
use super::server::{Place, Running, Server};
use super::workload::{COUNTED, Workload};
use super::{Bench, callgrind, client, cores, memory, process};
use crate::command::{Outcome, has_tool};

/// Rounds of large bodies alone, after the rounds of everything: no more than these.
const MOST_OF_BODIES: usize = 6;

/// By server and workload, over all rounds.
type Samples = BTreeMap<(String, &'static str), Vec<Sample>>;

/// What the rounds have shown so far.
#[derive(Default)]
struct Rounds {
    same_core: Samples,
    doubled: Samples,
    two_core: Samples,
    /// By server and rate.
    latency: BTreeMap<(String, u64), Vec<Latency>>,
}

impl Bench {
    pub(super) fn count(&mut self, servers: &[Server]) {
        if servers.is_empty() {
            return;
        }
        if !callgrind::is_available() {
            return self
                .skip("instructions: valgrind is missing (`apt-get install valgrind`)".into());
        }
        for (n, server) in servers.iter().enumerate() {
            if self.late("instructions") {
                return;
            }
            self.say(&format!(
                "counting instructions of {} ({} of {})",
                server.name,
                n + 1,
                servers.len()
            ));
            match callgrind::measure(server, &COUNTED, self.plan.counted_requests) {
                Ok(counts) => self.results.server(&server.name).counts = counts,
                Err(reason) => self.skip(format!("instructions: {reason}")),
            }
        }
    }

    pub(super) fn memory(&mut self, servers: &[Server]) {
        for (n, server) in servers.iter().enumerate() {
            if self.late("memory") {
                return;
            }
            self.say(&format!("memory of {} ({} of {})", server.name, n + 1, servers.len()));
            match memory::measure(server, self.plan.burst) {
                Ok(memory) => self.results.server(&server.name).memory = Some(memory),
                Err(reason) => self.skip(format!("memory of {}: {reason}", server.name)),
            }
        }
    }

    pub(super) fn load(&mut self, servers: &[Server], same_core_only: bool) {
        if servers.is_empty() {
            return;
        }
        if !has_tool("wrk") {
            self.skip("load: wrk is missing (`apt-get install wrk`)".into());
            self.plan = self.plan.without_wrk();
        }
        let (n_cores, workers) = (cores::count(), self.plan.workers);
        let apart = !same_core_only && n_cores > workers;
        if !same_core_only && !apart {
            self.skip(
                "latency and requests per second: they need a core beside the workers'".into(),
            );
        }
        let doubled = n_cores >= 2 * workers;
        if !doubled && !self.plan.doubled.is_empty() {
            self.skip("twice the workers: they need twice the cores".into());
        }

        let mut rounds = Rounds::default();
        let mut longest = Duration::ZERO;
        for round in 1..=self.plan.rounds {
            // All servers have as many rounds, or else the last ones would have had less luck.
            if round > 1 && self.started.elapsed() + longest > self.plan.budget {
                self.skip(format!("round {round} of {}: it would take too long", self.plan.rounds));
                break;
            }
            let begun = Instant::now();
            for (n, server) in servers.iter().enumerate() {
                if self.late("load") {
                    break;
                }
                self.say(&format!(
                    "round {round} of {}: {} ({} of {})",
                    self.plan.rounds,
                    server.name,
                    n + 1,
                    servers.len()
                ));
                self.turn(server, apart, doubled, &mut rounds);
            }
            longest = longest.max(begun.elapsed());
        }
        if self.plan.rounds > 1 {
            self.more_of_bodies(servers, &mut rounds);
        }
        self.keep(rounds);
    }

    /// Large bodies vary most from round to round: they get the time that is left.
    fn more_of_bodies(&mut self, servers: &[Server], rounds: &mut Rounds) {
        let only_bodies = Plan { loaded: &[], doubled: &[], ..self.plan };
        let whole = std::mem::replace(&mut self.plan, only_bodies);
        // Before the first: as long as wrk runs, and a second to start each server.
        let per_server = self.plan.seconds as usize * self.plan.bodies.len() + 1;
        let mut longest = Duration::from_secs((servers.len() * per_server) as u64);
        for round in 1..=MOST_OF_BODIES {
            let begun = Instant::now();
            if self.plan.bodies.is_empty() || self.started.elapsed() + longest > self.plan.budget {
                break;
            }
            self.say(&format!("round {round} of large bodies alone"));
            for server in servers {
                self.turn(server, false, false, rounds);
            }
            longest = longest.max(begun.elapsed());
        }
        self.plan = whole;
    }

    /// One server's turn in a round: whatever goes wrong ends it and is told.
    fn turn(&mut self, server: &Server, apart: bool, doubled: bool, rounds: &mut Rounds) {
        if let Err(reason) = self.try_turn(server, apart, doubled, rounds) {
            self.skip(format!("the rest of {}'s turn: {reason}", server.name));
        }
    }

    fn try_turn(
        &mut self,
        server: &Server,
        apart: bool,
        doubled: bool,
        rounds: &mut Rounds,
    ) -> Outcome {
        let plan = self.plan;
        let small_and_large = [plan.loaded, plan.bodies].concat();
        if !small_and_large.is_empty() {
            let running = start(server, Place::SharedCore)?;
            let samples = &mut rounds.same_core;
            for workload in small_and_large.iter().filter(|workload| server.offers(workload)) {
                self.sample(server, &running, Place::SharedCore, workload, samples)?;
                // What large bodies take is not what a server of small answers needs.
                if !workload.is_large() {
                    let memory = self.results.server(&server.name).memory.get_or_insert_default();
                    memory.under_load = memory.under_load.max(process::resident(running.pid())?);
                }
            }
        }
        if doubled && !plan.doubled.is_empty() {
            let twice = server.with_workers(server.workers * 2);
            let running = start(&twice, Place::SharedCore)?;
            for workload in plan.doubled {
                let samples = &mut rounds.doubled;
                self.sample(&twice, &running, Place::SharedCore, workload, samples)?;
            }
        }
        if apart {
            let running = start(server, Place::OwnCore)?;
            for workload in plan.apart {
                self.sample(server, &running, Place::OwnCore, workload, &mut rounds.two_core)?;
            }
            cores::bind_to(&cores::after(server.workers));
            let measured = self.latencies(&running);
            cores::bind_to(&cores::first(cores::count()));
            for latency in measured.map_err(|reason| format!("latency: {reason}"))? {
                let key = (server.name.clone(), latency.rate as u64);
                rounds.latency.entry(key).or_default().push(latency);
            }
        }
        Ok(())
    }

    fn sample(
        &self,
        server: &Server,
        running: &Running,
        place: Place,
        workload: &Workload,
        samples: &mut Samples,
    ) -> Outcome {
        let sample = load::run(running, place, workload, self.plan.seconds)
            .map_err(|reason| format!("{}: {reason}", workload.name))?;
        samples.entry((server.name.clone(), workload.name)).or_default().push(sample);
        Ok(())
    }

    fn latencies(&self, running: &Running) -> Outcome<Vec<Latency>> {
        let time = Duration::from_secs(self.plan.seconds.into());
        self.plan.rates.iter().map(|rate| latency::measure(running, *rate, time)).collect()
    }

    fn keep(&mut self, rounds: Rounds) {
        let loads = |samples: Samples| {
            samples.into_iter().filter_map(|((server, workload), samples)| {
                Some((server, workload.to_owned(), Load::of(&samples)?))
            })
        };
        for (server, workload, load) in loads(rounds.same_core) {
            self.results.server(&server).same_core.insert(workload, load);
        }
        for (server, workload, load) in loads(rounds.doubled) {
            self.results.server(&server).doubled.insert(workload, load);
        }
        for (server, workload, load) in loads(rounds.two_core) {
            self.results.server(&server).two_core.insert(workload, load);
        }
        for ((server, _), latencies) in rounds.latency {
            self.results.server(&server).latency.extend(Latency::of(&latencies));
        }
    }
}

fn start(server: &Server, place: Place) -> Outcome<Running> {
    let running = server.start(place)?;
    client::warm_up(running.port)?;
    Ok(running)
}
