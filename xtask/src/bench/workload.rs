//! What is asked of every server, and what must come back?

/// The host field of each request; servers do not look at it.
const HOST: &str = "Host: 127.0.0.1:8080\r\n";

/// What a browser sends: ten fields.
const BROWSER: &str = "Host: localhost:8080\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
    Accept-Language: en-US,en;q=0.5\r\n\
    Accept-Encoding: gzip, deflate, br\r\n\
    Referer: http://localhost:8080/index.html\r\n\
    Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n\
    Connection: keep-alive\r\n\
    Upgrade-Insecure-Requests: 1\r\n\
    Cache-Control: max-age=0\r\n";

/// How many requests travel together in the pipelined and in the crowded workload.
pub const DEPTH: usize = 16;

/// How requests follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// The next request waits for the answer, on one connection.
    LockStep,
    /// [`DEPTH`] requests in one write.
    Pipelined,
    /// [`DEPTH`] connections are written to before the first answer is read.
    Crowd,
}

/// One row of the comparison.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    pub name: &'static str,
    pub pace: Pace,
    method: &'static str,
    path: &'static str,
    fields: &'static str,
    body: &'static str,
    pub content_type: &'static str,
    pub answer: &'static str,
}

const PLAINTEXT: Workload = Workload {
    name: "plaintext",
    pace: Pace::LockStep,
    method: "GET",
    path: "/plaintext",
    fields: HOST,
    body: "",
    content_type: "text/plain",
    answer: "Hello, World!",
};
const JSON: Workload = Workload {
    name: "json",
    path: "/json",
    content_type: "application/json",
    answer: r#"{"message":"Hello, World!"}"#,
    ..PLAINTEXT
};
const USER: Workload = Workload {
    name: "users/:id",
    path: "/users/12345",
    answer: r#"{"id":12345,"name":"Teg"}"#,
    ..JSON
};
const ECHO: Workload = Workload {
    name: "echo",
    method: "POST",
    path: "/echo",
    body: r#"{"name":"Tegan","n":123456}"#,
    answer: r#"{"name":"Tegan","n":123456}"#,
    ..JSON
};
const BROWSE: Workload = Workload { name: "browser", fields: BROWSER, ..PLAINTEXT };
const PIPE: Workload = Workload { name: "pipe16", pace: Pace::Pipelined, ..PLAINTEXT };
const CROWD: Workload = Workload { name: "c16", pace: Pace::Crowd, ..PLAINTEXT };

/// Every request on a connection of its own, which the server is asked to close.
pub const FRESH: Workload = Workload {
    name: "new conn",
    fields: "Host: 127.0.0.1:8080\r\nConnection: close\r\n",
    ..PLAINTEXT
};

/// The four routes of the contract.
pub const ROUTES: [Workload; 4] = [PLAINTEXT, JSON, USER, ECHO];
/// What instructions and allocations are counted for.
pub const COUNTED: [Workload; 7] = [PLAINTEXT, JSON, USER, ECHO, BROWSE, PIPE, CROWD];
/// What is run under load.
pub const LOADED: [Workload; 6] = [PLAINTEXT, JSON, USER, ECHO, PIPE, FRESH];

impl Workload {
    /// One request, as it goes over the wire.
    pub fn request(&self) -> Vec<u8> {
        let Self { method, path, fields, body, .. } = self;
        let about_body = if body.is_empty() {
            String::new()
        } else {
            format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len())
        };
        format!("{method} {path} HTTP/1.1\r\n{fields}{about_body}\r\n{body}").into_bytes()
    }

    /// The script that makes wrk send this workload and say in one line what came of it.
    pub fn wrk_script(&self) -> String {
        let depth = if self.pace == Pace::Pipelined { DEPTH } else { 1 };
        format!(
            r#"local one = {request:?}
local all = string.rep(one, {depth})
request = function() return all end
done = function(summary, latency)
   local e = summary.errors
   io.write(string.format("sum %d %d %d %d %d %d\n", summary.requests, summary.duration,
      e.connect + e.read + e.write + e.timeout + e.status,
      latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
"#,
            request = String::from_utf8_lossy(&self.request()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_with_a_body_says_how_long_it_is() {
        let text = String::from_utf8(ECHO.request()).unwrap();
        assert!(text.starts_with("POST /echo HTTP/1.1\r\nHost: "), "{text}");
        assert!(text.contains("Content-Length: 27\r\n\r\n{"), "{text}");
    }

    #[test]
    fn a_browser_sends_ten_fields() {
        assert_eq!(
            String::from_utf8(BROWSE.request()).unwrap().matches("\r\n").count(),
            1 + 10 + 1
        );
    }

    #[test]
    fn a_script_repeats_the_request_when_pipelined() {
        assert!(PIPE.wrk_script().contains("string.rep(one, 16)"));
        assert!(JSON.wrk_script().contains(r#"local one = "GET /json HTTP/1.1\r\nHost"#));
    }
}
