//! httpz-router beside other path routers: instructions, time, allocations, memory, time to build.
//!
//! `cargo xtask bench --router` runs it. Every route of a set is looked up once per round, its value
//! and all of its parameters are read; nothing is measured before every path has found its route.
//! Routers take turns, and the best of many rounds is what counts, so that a machine that is busy
//! with something else is so for all. With `--count ROUTER SET ROUNDS` it makes lookups and nothing
//! else; it runs itself like that under callgrind.

mod memory;
mod routers;
mod sets;

use std::fmt::Write as _;
use std::hint::black_box;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use routers::Router;
use sets::Set;

#[global_allocator]
static ALLOCATOR: memory::Counting = memory::Counting;

/// A router that needs longer than this to find every path once is left out.
const PATIENCE: Duration = Duration::from_secs(4);

/// How much is done of everything.
struct Plan {
    turns: u32,
    /// A router that is slower by itself, for a whole round, is not run under callgrind, where it
    /// would take minutes.
    countable: Duration,
}

const FULL: Plan = Plan { turns: 40, countable: Duration::from_millis(150) };
const QUICK: Plan = Plan { turns: 8, countable: Duration::from_millis(15) };

/// What was measured of a router with a set.
struct Row {
    router: &'static str,
    instructions: Option<f64>,
    /// Per lookup.
    nanoseconds: f64,
    allocations: f64,
    bytes_per_route: f64,
    build: Duration,
}

/// A router that is ready to be looked up in, whatever its type.
struct Candidate {
    row: Row,
    round: Box<dyn Fn()>,
}

type Make = fn(&'static Set) -> Result<Candidate, String>;

const ROUTERS: [(&str, Make); 6] = [
    (<httpz_router::Trie<usize> as Router>::NAME, make::<httpz_router::Trie<usize>>),
    (<matchit::Router<usize> as Router>::NAME, make::<matchit::Router<usize>>),
    (<wayfind::Router<usize> as Router>::NAME, make::<wayfind::Router<usize>>),
    (<path_tree::PathTree<usize> as Router>::NAME, make::<path_tree::PathTree<usize>>),
    (<route_recognizer::Router<usize> as Router>::NAME, make::<route_recognizer::Router<usize>>),
    (<actix_router::Router<usize> as Router>::NAME, make::<actix_router::Router<usize>>),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [flag, router, set, rounds] if flag == "--count" => {
            let (_, make) = ROUTERS.iter().find(|(name, _)| name == router).expect("a router");
            let rounds: usize = rounds.parse().expect("how many rounds");
            let candidate = make(set_named(set)).unwrap_or_else(|reason| panic!("{reason}"));
            (0..rounds).for_each(|_| (candidate.round)());
        }
        [] => compare(&FULL),
        [flag] if flag == "--quick" => compare(&QUICK),
        _ => {
            eprintln!("router-bench [--quick] | --count ROUTER SET ROUNDS");
            std::process::exit(2);
        }
    }
}

fn set_named(name: &str) -> &'static Set {
    Box::leak(Box::new(Set::named(name)))
}

fn make<R: Router + 'static>(set: &'static Set) -> Result<Candidate, String> {
    let (bytes, started) = (memory::bytes(), Instant::now());
    let router = R::build(&set.patterns)?;
    let (build, bytes) = (started.elapsed(), memory::bytes() - bytes);
    let started = Instant::now();
    for (i, path) in set.paths.iter().enumerate() {
        if started.elapsed() > PATIENCE {
            let each = started.elapsed().as_secs_f64() * 1e6 / i as f64;
            return Err(format!("takes {each:.0} microseconds per lookup"));
        }
        let found = router.look_up(path);
        if found != Some(i) {
            let found = found.map(|i| &*set.patterns[i]);
            return Err(format!("{path} finds {found:?} instead of {}", set.patterns[i]));
        }
    }
    let round = move || {
        for path in &set.paths {
            black_box(router.look_up(black_box(path)));
        }
    };
    let allocations = memory::allocations();
    round();
    let allocations = memory::allocations() - allocations;
    let n = set.paths.len() as f64;
    let row = Row {
        router: R::NAME,
        instructions: None,
        nanoseconds: f64::INFINITY,
        allocations: allocations as f64 / n,
        bytes_per_route: bytes as f64 / n,
        build,
    };
    Ok(Candidate { row, round: Box::new(round) })
}

fn compare(plan: &Plan) {
    for name in sets::NAMES {
        let set = set_named(name);
        let mut remarks = String::new();
        let mut candidates = Vec::new();
        for (router, make) in ROUTERS {
            match make(set) {
                Ok(mut candidate) => {
                    candidate.row.instructions = instructions(&candidate, set, plan);
                    candidates.push(candidate);
                }
                Err(reason) => _ = writeln!(remarks, "{router} left out: {reason}"),
            }
        }
        for _ in 0..plan.turns {
            candidates.iter_mut().for_each(|candidate| candidate.take_turn(set.paths.len()));
        }
        print(set, &candidates);
        println!("{remarks}");
    }
}

impl Candidate {
    /// Rounds for a few milliseconds, so that caches and branch predictors know this router again.
    fn take_turn(&mut self, lookups: usize) {
        let started = Instant::now();
        while started.elapsed() < Duration::from_millis(10) {
            let round = Instant::now();
            (self.round)();
            let each = round.elapsed().as_secs_f64() * 1e9 / lookups as f64;
            self.row.nanoseconds = self.row.nanoseconds.min(each);
        }
    }
}

/// Instructions per lookup: the difference of a longer and a shorter run holds neither the start of
/// the program nor building.
fn instructions(candidate: &Candidate, set: &Set, plan: &Plan) -> Option<f64> {
    let started = Instant::now();
    (candidate.round)();
    let round = started.elapsed();
    if round > plan.countable {
        return None;
    }
    let rounds_in_time = (0.05 / round.as_secs_f64()) as usize;
    let longer = (20_000 / set.paths.len()).min(rounds_in_time).max(2);
    let router = candidate.row.router;
    let count = |rounds: usize| {
        let program = std::env::current_exe().ok()?;
        let counts = std::env::temp_dir().join(format!("router-bench.{}", std::process::id()));
        let status = Command::new("valgrind")
            .args(["--tool=callgrind", "-q"])
            .arg(format!("--callgrind-out-file={}", counts.display()))
            .arg(program)
            .args(["--count", router, set.name, &rounds.to_string()])
            .stdin(Stdio::null())
            .status();
        let text = status.ok()?.success().then(|| std::fs::read_to_string(&counts).ok());
        let _ = std::fs::remove_file(&counts);
        let text = text??;
        let total = text.lines().find_map(|line| line.strip_prefix("totals: "))?;
        total.trim().parse::<f64>().ok()
    };
    let difference = count(1 + longer)? - count(1)?;
    Some(difference / (longer * set.paths.len()) as f64)
}

fn print(set: &Set, candidates: &[Candidate]) {
    let n = set.patterns.len();
    println!("{} ({n} routes)", set.name);
    println!(
        "{:17}{:>7}{:>14}{:>11}{:>13}{:>13}{:>10}",
        "router", "routes", "instructions", "ns", "allocations", "bytes/route", "build ms"
    );
    for Candidate { row, .. } in candidates {
        let instructions = row.instructions.map_or("-".into(), |count| format!("{count:.0}"));
        println!(
            "{:17}{n:>7}{instructions:>14}{:>11.1}{:>13.1}{:>13.0}{:>10.2}",
            row.router,
            row.nanoseconds,
            row.allocations,
            row.bytes_per_route,
            row.build.as_secs_f64() * 1e3,
        );
    }
    if let [ours, peers @ ..] = candidates {
        println!("{}", against_the_best(&ours.row, peers));
    }
}

/// One line that says what all of this is for.
fn against_the_best(ours: &Row, peers: &[Candidate]) -> String {
    let best = |figure: fn(&Row) -> Option<f64>| {
        let of_peers = peers.iter().filter_map(|peer| figure(&peer.row));
        Some(figure(ours)? / of_peers.min_by(f64::total_cmp)?)
    };
    let share = |share: Option<f64>| share.map_or("-".into(), |share| format!("{share:.2}"));
    format!(
        "{} takes {} of the best peer's instructions, {} of its time",
        ours.router,
        share(best(|row| row.instructions)),
        share(best(|row| Some(row.nanoseconds))),
    )
}
