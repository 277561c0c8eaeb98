//! What is asked of every server, and what must come back?

use std::borrow::Cow;

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

/// Bytes of a large body, and of each chunk in which it travels.
const LARGE: usize = 1 << 20;
const CHUNK: usize = 16 << 10;

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

/// A body of either direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    Text(&'static str),
    /// A mebibyte whose length stands in the head.
    Counted,
    /// A mebibyte in chunks.
    Chunked,
}

impl Content {
    pub fn bytes(self) -> Cow<'static, [u8]> {
        match self {
            Self::Text(text) => text.as_bytes().into(),
            Self::Counted | Self::Chunked => vec![b'x'; LARGE].into(),
        }
    }
}

/// One row of the comparison.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    pub name: &'static str,
    pub pace: Pace,
    method: &'static str,
    path: &'static str,
    fields: &'static str,
    body: Content,
    pub content_type: &'static str,
    pub answer: Content,
}

const PLAINTEXT: Workload = Workload {
    name: "plaintext",
    pace: Pace::LockStep,
    method: "GET",
    path: "/plaintext",
    fields: HOST,
    body: Content::Text(""),
    content_type: "text/plain",
    answer: Content::Text("Hello, World!"),
};
const JSON: Workload = Workload {
    name: "json",
    path: "/json",
    content_type: "application/json",
    answer: Content::Text(r#"{"message":"Hello, World!"}"#),
    ..PLAINTEXT
};
const USER: Workload = Workload {
    name: "users/:id",
    path: "/users/12345",
    answer: Content::Text(r#"{"id":12345,"name":"Teg"}"#),
    ..JSON
};
/// A request with a body, small enough to travel with its head.
pub const ECHO: Workload = Workload {
    name: "echo",
    method: "POST",
    path: "/echo",
    body: Content::Text(r#"{"name":"Tegan","n":123456}"#),
    answer: Content::Text(r#"{"name":"Tegan","n":123456}"#),
    ..JSON
};
const BROWSE: Workload = Workload { name: "browser", fields: BROWSER, ..PLAINTEXT };
const PIPE: Workload = Workload { name: "pipe16", pace: Pace::Pipelined, ..PLAINTEXT };
/// Many connections at once.
pub const CROWD: Workload = Workload { name: "c16", pace: Pace::Crowd, ..PLAINTEXT };

/// Every request on a connection of its own, which the server is asked to close.
pub const FRESH: Workload = Workload {
    name: "new conn",
    fields: "Host: 127.0.0.1:8080\r\nConnection: close\r\n",
    ..PLAINTEXT
};

const DOWN: Workload = Workload {
    name: "1 MiB down",
    path: "/blob",
    content_type: "application/octet-stream",
    answer: Content::Counted,
    ..PLAINTEXT
};
const CHUNKED_DOWN: Workload =
    Workload { name: "chunked down", path: "/stream", answer: Content::Chunked, ..DOWN };
const UP: Workload = Workload {
    name: "1 MiB up",
    method: "POST",
    path: "/sink",
    body: Content::Counted,
    answer: Content::Text("1048576"),
    ..PLAINTEXT
};
const CHUNKED_UP: Workload = Workload { name: "chunked up", body: Content::Chunked, ..UP };

/// The four routes of the contract.
pub const ROUTES: [Workload; 4] = [PLAINTEXT, JSON, USER, ECHO];
/// What instructions and allocations are counted for.
pub const COUNTED: [Workload; 7] = [PLAINTEXT, JSON, USER, ECHO, BROWSE, PIPE, CROWD];
/// Of our own server as well: the same answer by an async handler.
pub const OF_OURS: [Workload; 1] = [Workload { name: "async", path: "/async", ..PLAINTEXT }];
/// What is run under load.
pub const LOADED: [Workload; 6] = [PLAINTEXT, JSON, USER, ECHO, PIPE, FRESH];
/// Large bodies under load, for servers that have the routes.
pub const BODIES: [Workload; 4] = [DOWN, CHUNKED_DOWN, UP, CHUNKED_UP];
/// The same two in a quick run.
pub const QUICK_LOADED: [Workload; 4] = [PLAINTEXT, ECHO, PIPE, FRESH];
pub const QUICK_BODIES: [Workload; 2] = [DOWN, UP];
/// What is run again with twice the workers.
pub const DOUBLED: [Workload; 1] = [PLAINTEXT];
/// What is run with a core for each side.
pub const APART: [Workload; 2] = [PLAINTEXT, PIPE];

impl Workload {
    /// Does a large body travel?
    pub fn is_large(&self) -> bool {
        [self.body, self.answer].iter().any(|content| !matches!(content, Content::Text(_)))
    }

    /// Connections that keep one worker busy; a few large bodies are as much as many small ones.
    pub fn n_conns(&self) -> usize {
        if self.is_large() { 8 } else { 64 }
    }

    /// One request, as it goes over the wire.
    pub fn request(&self) -> Vec<u8> {
        let Self { method, path, fields, body, .. } = self;
        let content = body.bytes();
        let about_body = match body {
            Content::Text("") => String::new(),
            Content::Text(text) => {
                format!("Content-Type: application/json\r\nContent-Length: {}\r\n", text.len())
            }
            Content::Counted => format!("Content-Length: {LARGE}\r\n"),
            Content::Chunked => "Transfer-Encoding: chunked\r\n".into(),
        };
        let head = format!("{method} {path} HTTP/1.1\r\n{fields}{about_body}\r\n").into_bytes();
        match body {
            Content::Chunked => [head, in_chunks(&content)].concat(),
            _ => [head, content.into_owned()].concat(),
        }
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

fn in_chunks(content: &[u8]) -> Vec<u8> {
    let chunk = |data: &[u8]| [format!("{:x}\r\n", data.len()).as_bytes(), data, b"\r\n"].concat();
    let mut chunks: Vec<u8> = content.chunks(CHUNK).flat_map(chunk).collect();
    chunks.extend(b"0\r\n\r\n");
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(workload: &Workload) -> String {
        String::from_utf8(workload.request()).unwrap()
    }

    #[test]
    fn a_request_says_how_its_body_ends() {
        for (workload, start, end) in [
            (PLAINTEXT, "GET /plaintext HTTP/1.1\r\nHost: ", "8080\r\n\r\n"),
            (ECHO, "POST /echo HTTP/1.1\r\nHost: ", "Content-Length: 27\r\n\r\n{"),
            (UP, "POST /sink HTTP/1.1\r\nHost: ", "Content-Length: 1048576\r\n\r\nxxx"),
            (CHUNKED_UP, "POST /sink HTTP/1.1\r\nHost: ", "chunked\r\n\r\n4000\r\nxxx"),
        ] {
            let text = text(&workload);
            assert!(text.starts_with(start) && text.contains(end), "{}", workload.name);
        }
        assert!(text(&CHUNKED_UP).ends_with("xxx\r\n0\r\n\r\n"));
    }

    #[test]
    fn a_browser_sends_ten_fields() {
        assert_eq!(text(&BROWSE).matches("\r\n").count(), 1 + 10 + 1);
    }

    #[test]
    fn a_script_repeats_the_request_when_pipelined() {
        assert!(PIPE.wrk_script().contains("string.rep(one, 16)"));
        assert!(JSON.wrk_script().contains(r#"local one = "GET /json HTTP/1.1\r\nHost"#));
    }
}
