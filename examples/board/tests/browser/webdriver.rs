//! A browser, driven over WebDriver (W3C): as much of it as the page's test needs.
//!
//! Elements are found by XPath, and finding one waits until it is there: so a test says what shall be
//! on the page, and neither sleeps nor asks again and again.

use std::env;
use std::io::{BufRead, BufReader, Write, stderr};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// How an element is named in what the driver sends (WebDriver §11).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How long the driver may take for anything; starting a browser is the longest.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running browser.
pub(crate) struct Browser {
    driver: Child,
    /// Read no further, but kept open: the driver would fail to print.
    _stdout: BufReader<ChildStdout>,
    port: u16,
    session: String,
}

impl Browser {
    /// Starts a browser for a test, or says that the test is skipped because there is none.
    pub(crate) fn start(test: &str) -> Option<Self> {
        let installed = |names: &[&str]| {
            let folders = env::var_os("PATH").unwrap_or_default();
            env::split_paths(&folders).any(|it| names.iter().any(|name| it.join(name).is_file()))
        };
        if !installed(&["chromedriver"]) || !installed(&["chromium", "google-chrome"]) {
            // Not by `eprintln!`: of that only tests that fail show anything.
            let _ = writeln!(stderr(), "skipped: {test} needs `chromium` and `chromedriver`");
            return None;
        }
        Some(Self::begin())
    }

    fn begin() -> Self {
        let mut command = Command::new("chromedriver");
        let spawned = command.arg("--port=0").stdout(Stdio::piped()).spawn();
        let mut driver = spawned.expect("the driver starts");
        let mut stdout = BufReader::new(driver.stdout.take().expect("it is piped"));
        let port = read_port(&mut stdout);
        let mut browser = Self { driver, _stdout: stdout, port, session: String::new() };
        // Nothing but the page: no services of the browser's maker, no profile (the driver makes a
        // fresh one), no sandbox inside the container that we are in perhaps.
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1100,800",
        ];
        let session = browser.send(
            "POST",
            "/session",
            &json!({ "capabilities": { "alwaysMatch": {
                "goog:chromeOptions": { "args": arguments },
                "goog:loggingPrefs": { "browser": "ALL" },
                "timeouts": { "implicit": 10_000 },
            } } }),
        );
        match session {
            Ok(session) => browser.session = text_of(&session["sessionId"]),
            Err(refusal) => panic!("no session: {refusal}"),
        }
        browser
    }

    /// Goes to this address.
    pub(crate) fn go(&self, url: &str) {
        self.command("POST", "/url", json!({ "url": url }));
    }

    /// Opens another tab and turns to it; gives its handle.
    pub(crate) fn open_tab(&self) -> String {
        let opened = self.command("POST", "/window/new", json!({ "type": "tab" }));
        let handle = text_of(&opened["handle"]);
        self.turn_to(&handle);
        handle
    }

    /// The handle of the tab that it has turned to.
    pub(crate) fn tab(&self) -> String {
        text_of(&self.command("GET", "/window", Value::Null))
    }

    pub(crate) fn turn_to(&self, tab: &str) {
        self.command("POST", "/window", json!({ "handle": tab }));
    }

    /// Waits until there is such an element.
    #[track_caller]
    pub(crate) fn see(&self, xpath: &str) {
        self.find(xpath);
    }

    #[track_caller]
    pub(crate) fn click(&self, xpath: &str) {
        let element = self.find(xpath);
        self.command("POST", &format!("/element/{element}/click"), json!({}));
    }

    #[track_caller]
    pub(crate) fn type_into(&self, xpath: &str, text: &str) {
        let element = self.find(xpath);
        self.command("POST", &format!("/element/{element}/value"), json!({ "text": text }));
    }

    /// Keeps a cookie, `name=value`, for the address that it has gone to.
    pub(crate) fn set_cookie(&self, cookie: &str) {
        let (name, value) = cookie.split_once('=').expect("a cookie is a pair");
        self.command("POST", "/cookie", json!({ "cookie": { "name": name, "value": value } }));
    }

    /// What an expression of the page's own language gives.
    pub(crate) fn evaluate(&self, expression: &str) -> Value {
        let script = format!("return {expression}");
        self.command("POST", "/execute/sync", json!({ "script": script, "args": [] }))
    }

    /// A command of the browser's developer tools.
    pub(crate) fn tool(&self, command: &str, parameters: Value) {
        let body = json!({ "cmd": command, "params": parameters });
        self.command("POST", "/goog/cdp/execute", body);
    }

    /// The lines of the console that are errors.
    pub(crate) fn errors(&self) -> Vec<String> {
        let lines = self.command("POST", "/se/log", json!({ "type": "browser" }));
        let lines = lines.as_array().cloned().unwrap_or_default();
        let errors = lines.iter().filter(|line| line["level"] == "SEVERE");
        errors.map(|line| text_of(&line["message"])).collect()
    }

    /// The page as a picture: a PNG in base64.
    pub(crate) fn picture(&self) -> String {
        text_of(&self.command("GET", "/screenshot", Value::Null))
    }

    #[track_caller]
    fn find(&self, xpath: &str) -> String {
        let body = json!({ "using": "xpath", "value": xpath });
        let path = format!("/session/{}/element", self.session);
        match self.send("POST", &path, &body) {
            Ok(found) => text_of(&found[ELEMENT]),
            Err(refusal) => panic!("{xpath} did not come: {refusal}\n{}", self.page()),
        }
    }

    /// For messages.
    fn page(&self) -> String {
        let path = format!("/session/{}/source", self.session);
        self.send("GET", &path, &Value::Null).map_or_else(|refusal| refusal, |page| text_of(&page))
    }

    #[track_caller]
    fn command(&self, method: &str, path: &str, body: Value) -> Value {
        match self.send(method, &format!("/session/{}{path}", self.session), &body) {
            Ok(value) => value,
            Err(refusal) => panic!("{method} {path} {body}: {refusal}"),
        }
    }

    /// One request to the driver, and its `value`.
    fn send(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the driver listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("it is not zero");
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost:{}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.port,
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).expect("the driver listens");
        let (status, body) = read_answer(&mut BufReader::new(stream));
        let mut answer: Value = serde_json::from_slice(&body).expect("the driver speaks JSON");
        match status.starts_with("HTTP/1.1 200") {
            true => Ok(answer["value"].take()),
            false => Err(text_of(&answer["value"]["message"])),
        }
    }
}

/// The status line and the body. The driver leaves the connection open, whatever it is asked.
fn read_answer(stream: &mut impl BufRead) -> (String, Vec<u8>) {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).expect("the driver answers");
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_ascii_lowercase()),
        }
    }
    let length = lines.iter().find_map(|line| line.strip_prefix("content-length:"));
    let length = length.and_then(|length| length.trim().parse().ok());
    let mut body = vec![0; length.expect("the answer has a length")];
    stream.read_exact(&mut body).expect("the driver answers");
    (lines[0].to_ascii_uppercase(), body)
}

/// Ends the browser with the driver.
impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let _ = self.send("DELETE", &format!("/session/{}", self.session), &Value::Null);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn read_port(stdout: &mut impl BufRead) -> u16 {
    let mut lines = stdout.lines().map(|line| line.expect("it prints text"));
    let line = lines.find(|line| line.contains("successfully on port")).expect("it starts");
    let digits = line.trim_end_matches('.').rsplit(' ').next();
    digits.and_then(|digits| digits.parse().ok()).expect("the line ends with a port")
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
