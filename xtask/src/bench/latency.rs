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

use super::client::{Drive, connect};
use super::server::Running;
use super::workload::ROUTES;
use crate::command::Outcome;

/// Connections over which requests are spread.
const N_CONNS: usize = 64;

/// Latency at one rate, in microseconds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Latency {
    pub rate: f64,
    /// What was answered per second; under 98 % of the rate, the server did not keep up.
    pub achieved: f64,
    pub p50: f64,
    pub p99: f64,
    pub p999: f64,
}

struct Lane {
    stream: TcpStream,
    /// When the request that is on its way was due, and how much of its answer is missing.
    pending: Option<(Instant, usize)>,
}

/// Asks for `/plaintext` at `rate` per second.
pub fn measure(server: &Running, rate: f64, time: Duration) -> Outcome<Latency> {
    let [plaintext, ..] = ROUTES;
    let length = Drive::new(server.port, &plaintext)?.answer_length();
    let request = plaintext.request();
    let mut lanes = (0..N_CONNS).map(|_| lane(server.port)).collect::<Outcome<Vec<_>>>()?;
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
    Ok(Latency { rate, achieved, p50: at(0.5), p99: at(0.99), p999: at(0.999) })
}

fn lane(port: u16) -> Outcome<Lane> {
    let stream = connect(port, Duration::from_secs(5)).map_err(|error| error.to_string())?;
    stream.set_nonblocking(true).map_err(|error| error.to_string())?;
    Ok(Lane { stream, pending: None })
}

impl Lane {
    /// When the answered request was due, once its whole answer is here.
    fn poll(&mut self) -> Outcome<Option<Instant>> {
        let Some((since, left)) = &mut self.pending else { return Ok(None) };
        let mut bytes = [0; 2048];
        let room = bytes.len().min(*left);
        match self.stream.read(&mut bytes[..room]) {
            Ok(0) => return Err("the server closed a connection".into()),
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
