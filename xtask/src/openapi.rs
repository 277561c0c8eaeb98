//! Does the board do what its own description says? Two judges that know nothing of us.
//!
//! `openapi-spec-validator` reads the description, `schemathesis` makes requests of it, sound and unsound,
//! and looks whether the answers are such as it says. Both are Python's.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::command::{Outcome, cargo, has_tool, output, run as run_command, target_dir};
use crate::daemon::{Daemon, free_port, wait_for_answer};

/// Why it cannot be run on this machine, if it cannot.
pub fn obstacle() -> Option<&'static str> {
    let there = ["curl", "openapi-spec-validator", "schemathesis"].into_iter().all(has_tool);
    (!there).then_some(
        "curl, openapi-spec-validator or schemathesis is missing \
         (`pip install openapi-spec-validator schemathesis`)",
    )
}

pub fn run() -> Outcome {
    if let Some(obstacle) = obstacle() {
        return Err(obstacle.into());
    }
    let board = Board::start()?;
    let document = board.url("/openapi.json");
    let file = std::env::temp_dir().join(format!("httpz-openapi-{}.json", std::process::id()));
    output(Command::new("curl").args(["-sf", &document, "-o"]).arg(&file))?;
    let judged = run_command(Command::new("openapi-spec-validator").arg(&file));
    // Nobody else wants it.
    let _ = std::fs::remove_file(&file);
    judged?;
    run_command(
        Command::new("schemathesis")
            // Where it leaves its notes.
            .current_dir(std::env::temp_dir())
            .args(["run", &document, "--no-color", "--seed", "1", "--max-examples", "20"])
            .args(["--phases", "coverage,fuzzing", "--checks", CHECKS])
            // A stream of events does not end; who signs out is not let in any more.
            .args(["--exclude-path", "/api/live", "--exclude-operation-id", "sign_out"])
            .args(["-H", &format!("Authorization: Bearer {}", board.token()?)]),
    )
}

/// What is looked at: no failures of the server, and nothing that the description does not have.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_schema_conformance";

/// The flagship example, running.
struct Board {
    _running: Daemon,
    port: u16,
}

impl Board {
    fn start() -> Outcome<Self> {
        run_command(&mut cargo("build --quiet --package httpz-board --example board"))?;
        let port = free_port()?;
        let mut command = Command::new(target_dir().join("debug/examples/board"));
        command.env("HTTPZ_PORT", port.to_string()).stdout(Stdio::null());
        let board = Self { _running: Daemon::start(&mut command)?, port };
        wait_for_answer(Duration::from_secs(20), || {
            output(Command::new("curl").args(["-sf", &board.url("/readyz")]))
        })?;
        Ok(board)
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Signs somebody up, so that what is behind the door is judged as well.
    fn token(&self) -> Outcome<String> {
        let post = |path: &str| {
            let who = r#"{"name":"judge","password":"a long enough password"}"#;
            let json = ["-sf", "-H", "Content-Type: application/json", "-d", who];
            output(Command::new("curl").args(json).arg(self.url(path)))
        };
        post("/api/users")?;
        let answer: serde_json::Value =
            serde_json::from_str(&post("/api/tokens")?).map_err(|error| error.to_string())?;
        answer["token"].as_str().map(str::to_owned).ok_or_else(|| format!("no token: {answer}"))
    }
}
