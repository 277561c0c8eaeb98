//! How much memory does a server hold at rest, for each connection that only waits, and after ten
//! thousand were busy at once?

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::client::{connect, read_answer};
use super::process::resident;
use super::server::{N_FILES, Place, Running, Server};
use super::workload::{ECHO, ROUTES};
use crate::command::{Outcome, output};

/// Long enough for a server to settle, for instance to take what is in its sockets.
const SETTLE: Duration = Duration::from_millis(300);

/// Long enough for a server to give back what it keeps for a while only.
const CALM: Duration = Duration::from_secs(2);

/// Resident bytes.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    /// Before the first connection.
    pub at_rest: u64,
    /// Per idle keep-alive connection that has made one request, with a thousand and ten thousand.
    pub per_conn_1k: f64,
    pub per_conn_10k: f64,
    /// The most that was seen under the load runs.
    pub under_load: u64,
    pub burst: Option<Burst>,
}

/// Resident bytes around a burst, in which ten thousand connections are in the middle of a request.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Burst {
    pub busy: u64,
    /// All are answered and idle for two seconds.
    pub idle: u64,
    /// All are closed for two seconds.
    pub closed: u64,
}

/// Opens ten thousand connections, each of which makes one request.
pub fn measure(server: &Server, with_burst: bool) -> Outcome<Memory> {
    raise_our_limit()?;
    let running = server.start(Place::OwnCore)?;
    std::thread::sleep(SETTLE);
    let at_rest = resident(running.pid())?;

    let [plaintext, ..] = ROUTES;
    let request = plaintext.request();
    let mut streams = Vec::with_capacity(10_000);
    let mut per_conn = [0.0; 2];
    for (n, per_conn) in [1_000, 10_000].into_iter().zip(&mut per_conn) {
        while streams.len() < n {
            let stream = connect(running.port, Duration::from_secs(5));
            streams.push(stream.map_err(|error| format!("connection {n}: {error}"))?);
            let at = streams.len() - 1;
            send(&mut streams, at, &request)?;
            receive(&mut streams, at)?;
        }
        std::thread::sleep(SETTLE);
        *per_conn = resident(running.pid())?.saturating_sub(at_rest) as f64 / n as f64;
    }
    let [per_conn_1k, per_conn_10k] = per_conn;
    let burst = with_burst.then(|| burst(&running, streams)).transpose()?;
    Ok(Memory { at_rest, per_conn_1k, per_conn_10k, under_load: 0, burst })
}

/// Each connection makes a request in two parts: all of them have sent the first part before any
/// sends the second.
fn burst(running: &Running, mut streams: Vec<TcpStream>) -> Outcome<Burst> {
    let request = ECHO.request();
    // All but the last bytes of the body.
    let (first, second) = request.split_at(request.len() - 10);
    for at in 0..streams.len() {
        send(&mut streams, at, first)?;
    }
    std::thread::sleep(SETTLE);
    let busy = resident(running.pid())?;
    for at in 0..streams.len() {
        send(&mut streams, at, second)?;
    }
    for at in 0..streams.len() {
        receive(&mut streams, at)?;
    }
    std::thread::sleep(CALM);
    let idle = resident(running.pid())?;
    drop(streams);
    std::thread::sleep(CALM);
    Ok(Burst { busy, idle, closed: resident(running.pid())? })
}

fn send(streams: &mut [TcpStream], at: usize, bytes: &[u8]) -> Outcome {
    streams[at].write_all(bytes).map_err(|error| format!("connection {at}: {error}"))
}

fn receive(streams: &mut [TcpStream], at: usize) -> Outcome {
    match read_answer(&mut streams[at]) {
        Ok(answer) if answer.status == 200 => Ok(()),
        Ok(answer) => Err(format!("connection {at} of {}: {}", streams.len(), answer.status)),
        Err(reason) => Err(format!("connection {at} of {}: {reason}", streams.len())),
    }
}

/// We hold the other end of every connection.
fn raise_our_limit() -> Outcome {
    let mut command = std::process::Command::new("prlimit");
    command.args([format!("--pid={}", std::process::id()), format!("--nofile={N_FILES}:")]);
    output(&mut command).map(drop)
}
