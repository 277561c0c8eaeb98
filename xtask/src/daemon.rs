//! A server that a chore starts for itself: where it may listen, when it is ready, and its end.

use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::command::{Outcome, line_of};

/// A process that is ended when this is dropped.
pub struct Daemon(Child);

impl Daemon {
    /// Starts it, without anything to read.
    pub fn start(command: &mut Command) -> Outcome<Self> {
        let child = command.stdin(Stdio::null()).spawn();
        child.map(Self).map_err(|error| format!("{}: {error}", line_of(command)))
    }

    pub fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Both fail only if it has ended already, which is what we want.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port that nobody listens on now.
pub fn free_port() -> Outcome<u16> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| format!("no free port: {error}"))
}

/// Asks again and again whether a server answers, for so long.
pub fn wait_for_answer<T>(patience: Duration, ask: impl Fn() -> Outcome<T>) -> Outcome {
    let began = Instant::now();
    while let Err(reason) = ask() {
        if began.elapsed() > patience {
            return Err(format!("the server does not answer: {reason}"));
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
