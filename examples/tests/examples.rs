//! Every example runs and does what it says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// The binary of an example; `cargo test` builds it beside the tests.
fn example(name: &str) -> Command {
    let test = std::env::current_exe().expect("a test is a program");
    let built: PathBuf = test.ancestors().nth(2).expect("in deps").join("examples").join(name);
    Command::new(built)
}

/// A server among the examples, on a port that the system chose.
struct Server {
    child: Child,
    addr: String,
    printed: String,
}

impl Server {
    fn start(name: &str) -> Self {
        let mut command = example(name);
        let mut child = command
            .env("HTTPZ_ADDR", "127.0.0.1:0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut printed = String::new();
        while lines.read_line(&mut printed).expect("it prints text") > 0 {
            if let Some((_, addr)) = printed.rsplit_once("listening on http://") {
                let addr = addr.trim_end().trim_end_matches('/').to_owned();
                return Self { child, addr, printed };
            }
        }
        // It has ended, or closed its output; either way it is of no more use.
        let _ = child.kill();
        let status = child.wait();
        panic!("{name} did not say where it listens, and ended with {status:?}: {printed}");
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.addr).expect("it listens");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// Ends it as a supervisor would; it leaves with status 0.
    fn stop(mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").arg(pid).status().expect("kill runs").success());
        assert_eq!(self.child.wait().expect("it ends").code(), Some(0));
    }
}

#[test]
fn hello_answers_and_shows_its_routes() {
    let server = Server::start("hello");
    assert!(server.printed.contains("/api/user/:id"), "{}", server.printed);
    assert!(server.get("/").ends_with("Hello, World!\n"));
    assert!(server.get("/api/user/7").ends_with(r#"{"id":7,"name":"Teg"}"#));
    assert!(server.get("/api/user/abc").starts_with("HTTP/1.1 400 "));
    server.stop();
}

#[test]
fn router_alone_finds_commands() {
    let output = example("router_alone").output().expect("it runs");
    let printed = String::from_utf8(output.stdout).expect("text");
    for line in ["here is user 7", "here you are", "opening the text notes", "hello world"] {
        assert!(printed.contains(line), "{printed}");
    }
}
