//! Starts an example as a user would, on a port that the system chose, and talks to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::answer::Answer;

/// Long enough for a slow machine; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// The binary of an example. `cargo test` builds it beside the tests; with `--test NAME` it does not,
/// and what is there may be old.
pub fn example(name: &str) -> Command {
    let test = std::env::current_exe().expect("a test is a program");
    let built: PathBuf = test.ancestors().nth(2).expect("in deps").join("examples").join(name);
    Command::new(built)
}

/// A server among the examples.
pub struct Server {
    child: Child,
    stdout: BufReader<ChildStdout>,
    /// Where it listens.
    pub addr: String,
    /// What it has printed up to the line with its address.
    pub printed: String,
}

impl Server {
    /// Starts it, and waits until it listens.
    pub fn start(name: &str) -> Self {
        Self::start_with(name, &[])
    }

    /// Like [`Server::start`], with these environment variables.
    pub fn start_with(name: &str, variables: &[(&str, &str)]) -> Self {
        let mut child = example(name)
            .env("HTTPZ_LISTEN", "127.0.0.1:0")
            .env("RUST_BACKTRACE", "0") // one of them panics on purpose
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut printed = String::new();
        while stdout.read_line(&mut printed).expect("it prints text") > 0 {
            if let Some((_, addr)) = printed.rsplit_once("listening on http://") {
                let addr = addr.trim_end().trim_end_matches('/').to_owned();
                return Self { child, stdout, addr, printed };
            }
        }
        // It has ended, or closed its output; either way it is of no more use.
        let _ = child.kill();
        let status = child.wait();
        panic!("{name} did not say where it listens, and ended with {status:?}: {printed}");
    }

    /// Sends a request, head and body in one, and leaves the connection open.
    pub fn open(&self, request: &str, fields: &[&str], body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.addr).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("it is not zero");
        let mut head = format!("{request} HTTP/1.1\r\nHost: {}\r\n", self.addr);
        for field in fields {
            head += &format!("{field}\r\n");
        }
        if !body.is_empty() {
            head += &format!("Content-Length: {}\r\n", body.len());
        }
        stream.write_all(format!("{head}\r\n{body}").as_bytes()).expect("sent");
        stream
    }

    /// Sends a request and reads the answer.
    pub fn ask(&self, request: &str, fields: &[&str], body: &str) -> Answer {
        let fields: Vec<_> = fields.iter().copied().chain(["Connection: close"]).collect();
        let mut answer = String::new();
        self.open(request, &fields, body).read_to_string(&mut answer).expect("an answer");
        Answer::read(&answer)
    }

    /// Asks with GET.
    pub fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path}"), &[], "")
    }

    /// Tells it to end, as a supervisor would; but not before it minds, which `hello` begins to only after
    /// it has printed its address.
    pub fn signal(&self) {
        let pid = self.child.id().to_string();
        let began = Instant::now();
        while !minds_sigterm(&pid) {
            assert!(began.elapsed() < PATIENCE, "it never minds a signal");
            thread::sleep(Duration::from_millis(5));
        }
        assert!(Command::new("kill").arg(pid).status().expect("kill runs").success());
    }

    /// Ends it; it leaves with status 0. Gives what it has printed since its address.
    pub fn stop(self) -> String {
        self.signal();
        self.wait()
    }

    /// Waits for its end, which somebody has asked for.
    pub fn wait(mut self) -> String {
        let mut printed = String::new();
        self.stdout.read_to_string(&mut printed).expect("it prints text");
        assert_eq!(self.child.wait().expect("it ends").code(), Some(0), "{printed}");
        printed
    }
}

/// A test that fails leaves no server behind.
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Does this process have a handler for SIGTERM?
fn minds_sigterm(pid: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    caught.is_some_and(|mask| mask & (1 << 14) != 0)
}

/// Reads lines up to one with this text, and gives them.
#[track_caller]
pub fn read_until(stream: &mut impl BufRead, text: &str) -> String {
    let mut read = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).expect("it comes in time") == 0 {
            panic!("it ended before {text:?} came: {read}");
        }
        read += &line;
        if line.contains(text) {
            return read;
        }
    }
}
