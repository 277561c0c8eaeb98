//! Does the server stand while peers of every unpleasant kind lean on it?
//!
//! Thousands that only wait, a thousand that drip a byte at a time, some that leave in the middle of
//! everything, and among them clients that ask and expect an answer. Those must all be answered, the
//! memory must stay within what the configuration allows, and when everybody has left, so must their
//! descriptors have. Bounded in time and number, and only against this machine.

mod options;
mod peers;
mod server;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::command::{Outcome, has_tool};
use options::Options;
use server::Server;

/// What an idle connection may cost, in bytes; `docs/tuning.md` has the arithmetic.
const PER_CONNECTION: u64 = 1536;
/// What an exchange costs whose requests have no large bodies: its three buffers, filled, and 16 KiB for the
/// rest of it. Less than `Config::footprint` allows for, so that a leak shows sooner.
const PER_EXCHANGE: u64 = (64 + 32 + 4 + 16) * 1024;
/// `pool.max` of the default configuration.
const EXCHANGES: u64 = 500;
/// Clients that ask over connections that stay, and over a new one each time.
const STAYING: usize = 8;
const COMING: usize = 4;

/// What happens meanwhile, counted.
#[derive(Default)]
pub struct Tally {
    stop: AtomicBool,
    good: AtomicUsize,
    failed: AtomicUsize,
    dripped: AtomicUsize,
    cut_off: AtomicUsize,
    reset: AtomicUsize,
}

/// Why it cannot be run on this machine, if it cannot.
pub fn obstacle() -> Option<&'static str> {
    (!has_tool("prlimit")).then_some("prlimit is missing (`apt-get install util-linux`)")
}

pub fn run(arguments: &[String]) -> Outcome {
    let options = Options::parse(arguments)?;
    server::raise_our_limit(options.idle + options.slow)?;
    let server = Server::start(options.workers, options.idle + options.slow)?;
    println!(
        "stress: {} idle, {} dripping, resets, and {} good clients for {} s, {} workers",
        options.idle,
        options.slow,
        STAYING + COMING,
        options.seconds,
        options.workers
    );
    // What is made once, at the first requests, belongs to the server at rest.
    peers::warm_up(server.port)?;
    let (memory_at_rest, descriptors_at_rest) = (server.resident()?, server.descriptors()?);

    let tally = Tally::default();
    let mut most = 0;
    thread::scope(|scope| -> Outcome {
        let (tally, port) = (&tally, server.port);
        let idle = peers::idle(port, options.idle)?;
        scope.spawn(move || peers::drip(port, options.slow, tally));
        scope.spawn(move || peers::reset(port, tally));
        for n in 0..STAYING + COMING {
            scope.spawn(move || peers::ask(port, n < STAYING, tally));
        }
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(options.seconds) {
            thread::sleep(Duration::from_millis(500));
            most = most.max(server.resident().unwrap_or(u64::MAX));
        }
        tally.stop.store(true, Ordering::Relaxed);
        peers::still_served(idle)
    })?;
    let left = server.descriptors_after(descriptors_at_rest, Duration::from_secs(15))?;

    let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    let connections = (options.idle + options.slow + STAYING + COMING) as u64;
    let bound = memory_at_rest + connections * PER_CONNECTION + EXCHANGES * PER_EXCHANGE;
    println!(
        "good requests   {:>10} answered, {} failed",
        count(&tally.good),
        count(&tally.failed)
    );
    println!(
        "dripping peers  {:>10} bytes, cut off {} times",
        count(&tally.dripped),
        count(&tally.cut_off)
    );
    println!("resets          {:>10}", count(&tally.reset));
    println!(
        "memory          {:>10} KiB at rest, {} at most, {} allowed",
        memory_at_rest / 1024,
        most / 1024,
        bound / 1024
    );
    println!("descriptors     {descriptors_at_rest:>10} at rest, {left} afterwards");

    let complaints = [
        (count(&tally.failed) > 0, "good clients were not all served"),
        (count(&tally.good) < 1000, "good clients were hardly served at all"),
        (count(&tally.reset) == 0, "nobody reset a connection, so nothing was shown"),
        (options.seconds > 5 && count(&tally.cut_off) == 0, "dripping peers were never cut off"),
        (most > bound, "more memory was used than the configuration allows"),
        (left > descriptors_at_rest, "descriptors were lost"),
    ];
    let complaints: Vec<_> =
        complaints.iter().filter_map(|(holds, text)| holds.then_some(*text)).collect();
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("; ")) }
}
