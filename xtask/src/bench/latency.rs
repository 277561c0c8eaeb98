//! How long does an answer take when the server is not saturated?
//!
//! An open loop: requests are due at a fixed rate whether or not earlier ones were answered, and
//! an answer's time runs from when its request was due. A closed loop would stop asking just when
//! the server is slow, and report the stall once instead of for everyone it would have hit. The
//! client spins on a core of its own, so that its own sleep is not measured.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::client::{Drive, begins_well, connect};
use super::server::Running;
use super::workload::ROUTES;
use crate::command::Outcome;

/// Connections over which requests are spread.
const N_CONNS: usize = 64;

/// Latency at one rate, in microseconds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Latency {
    pub rate: f64,
    /// What was answered per second.
    pub achieved: f64,
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub p999: f64,
    /// The best and the worst round's p99.
    pub p99_least: f64,
    pub p99_most: f64,
}

impl Latency {
    /// Medians of what several rounds showed at one rate; `None` when there were none.
    pub fn of(rounds: &[Self]) -> Option<Self> {
        let median = |of: fn(&Self) -> f64| super::load::median(rounds.iter().map(of).collect());
        let first = rounds.first()?;
        Some(Self {
            rate: first.rate,
            achieved: median(|it| it.achieved),
            p50: median(|it| it.p50),
            p90: median(|it| it.p90),
            p99: median(|it| it.p99),
            p999: median(|it| it.p999),
            p99_least: rounds.iter().map(|it| it.p99_least).fold(f64::MAX, f64::min),
            p99_most: rounds.iter().map(|it| it.p99_most).fold(0.0, f64::max),
        })
    }

    /// Whether the server kept up; one that did not has no latency, only a growing queue.
    pub fn is_sound(&self) -> bool {
        self.achieved >= self.rate * 0.98
    }
}

struct Lane {
    stream: TcpStream,
    /// Bytes of every answer.
    length: usize,
    /// When the request that is on its way was due, and how much of its answer is missing.
    pending: Option<(Instant, usize)>,
}

/// Asks for `/plaintext` at `rate` per second.
pub fn measure(server: &Running, rate: f64, time: Duration) -> Outcome<Latency> {
    let [plaintext, ..] = ROUTES;
    let length = Drive::new(server.port, &plaintext)?.answer_length();
    let request = plaintext.request();
    let mut lanes = (0..N_CONNS).map(|_| lane(server.port, length)).collect::<Outcome<Vec<_>>>()?;
    let mut idle: VecDeque<usize> = (0..N_CONNS).collect();
    let mut busy: Vec<usize> = Vec::new();
    let mut micros: Vec<f64> = Vec::with_capacity((rate * time.as_secs_f64()) as usize);

    let started = Instant::now();
    let due = |n: usize| started + Duration::from_secs_f64(n as f64 / rate);
    let mut n_sent = 0;
    // Answers that are still missing half a second later are late enough to have shown themselves.
    while started.elapsed() < time + Duration::from_millis(500) {
        let now = Instant::now();
        if due(n_sent) <= now
            && due(n_sent) < started + time
            && let Some(lane) = idle.pop_front()
        {
            lanes[lane].stream.write_all(&request).map_err(|error| error.to_string())?;
            lanes[lane].pending = Some((due(n_sent), length));
            busy.push(lane);
            n_sent += 1;
        }
        let mut at = 0;
        while at < busy.len() {
            match lanes[busy[at]].poll()? {
                Some(since) => {
                    micros.push(since.elapsed().as_secs_f64() * 1e6);
                    idle.push_back(busy.swap_remove(at));
                }
                None => at += 1,
            }
        }
        if busy.is_empty() && due(n_sent) >= started + time {
            break;
        }
    }
    let achieved = micros.len() as f64 / time.as_secs_f64();
    if micros.is_empty() {
        return Err("no request was answered".into());
    }
    micros.sort_by(f64::total_cmp);
    let at = |share: f64| micros[((micros.len() as f64 * share) as usize).min(micros.len() - 1)];
    let p99 = at(0.99);
    Ok(Latency {
        rate,
        achieved,
        p50: at(0.5),
        p90: at(0.9),
        p99,
        p999: at(0.999),
        p99_least: p99,
        p99_most: p99,
    })
}

fn lane(port: u16, length: usize) -> Outcome<Lane> {
    let stream = connect(port, Duration::from_secs(5)).map_err(|error| error.to_string())?;
    stream.set_nonblocking(true).map_err(|error| error.to_string())?;
    Ok(Lane { stream, length, pending: None })
}

impl Lane {
    /// When the answered request was due, once its whole answer is here.
    fn poll(&mut self) -> Outcome<Option<Instant>> {
        let Some((since, left)) = &mut self.pending else { return Ok(None) };
        let mut bytes = [0; 2048];
        let room = bytes.len().min(*left);
        match self.stream.read(&mut bytes[..room]) {
            Ok(0) => return Err("the server closed a connection".into()),
            Ok(n) if *left == self.length && !begins_well(&bytes[..n]) => {
                return Err("an answer other than 200".into());
            }
            Ok(n) => *left -= n,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(error.to_string()),
        }
        if *left > 0 {
            return Ok(None);
        }
        let since = *since;
        self.pending = None;
        Ok(Some(since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_become_medians_with_the_best_and_the_worst() {
        let round = |achieved, p99| Latency {
            rate: 100.0,
            achieved,
            p50: 1.0,
            p90: 2.0,
            p99,
            p999: 9.0,
            p99_least: p99,
            p99_most: p99,
        };
        let all = Latency::of(&[round(100.0, 5.0), round(90.0, 7.0), round(99.0, 3.0)]).unwrap();
        assert_eq!((all.p99, all.p99_least, all.p99_most), (5.0, 3.0, 7.0));
        assert!(all.is_sound() && !round(97.0, 1.0).is_sound());
        assert!(Latency::of(&[]).is_none());
    }
}
