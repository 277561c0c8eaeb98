//! How much memory does a server hold at rest, and for each connection that only waits?

use std::io::Write;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::client::{connect, read_answer};
use super::process::resident;
use super::server::{N_FILES, Place, Server};
use super::workload::ROUTES;
use crate::command::{Outcome, output};

/// Long enough for a server to settle, for instance to give buffers back.
const SETTLE: Duration = Duration::from_millis(300);

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
}

/// Opens ten thousand connections, each of which makes one request.
pub fn measure(server: &Server) -> Outcome<Memory> {
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
            let at = streams.len();
            let mut stream = connect(running.port, Duration::from_secs(5))
                .map_err(|error| format!("connection {at}: {error}"))?;
            stream.write_all(&request).map_err(|error| format!("connection {at}: {error}"))?;
            read_answer(&mut stream).map_err(|reason| format!("connection {at}: {reason}"))?;
            streams.push(stream);
        }
        std::thread::sleep(SETTLE);
        *per_conn = resident(running.pid())?.saturating_sub(at_rest) as f64 / n as f64;
    }
    Ok(Memory { at_rest, per_conn_1k: per_conn[0], per_conn_10k: per_conn[1], under_load: 0 })
}

/// We hold the other end of every connection.
fn raise_our_limit() -> Outcome {
    let mut command = std::process::Command::new("prlimit");
    command.args([format!("--pid={}", std::process::id()), format!("--nofile={N_FILES}:")]);
    output(&mut command).map(drop)
}
