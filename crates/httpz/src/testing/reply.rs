//! An answer, read back from its bytes, and what a test may demand of it.
//!
//! Each demand gives the reply back, so that they can be chained; one that is not met panics with
//! the request, the difference and the answer.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::difference::differences;

/// What an application answered.
///
/// ```
/// use httpz::prelude::*;
/// use httpz::testing::Client;
///
/// let app = App::new((), |r| r.get("/", handler(|_, _| Json(json!({ "id": 7, "name": "ann" })))));
///
/// let reply = Client::new(app)
///     .get("/")
///     .status(200)
///     .header("content-type", "application/json")
///     .json(json!({ "id": 7, "name": "ann" }));
/// let user: serde_json::Value = reply.read_json();
/// assert_eq!(user["id"], 7);
/// ```
#[derive(Clone, Debug)]
pub struct Reply {
    /// What was asked, for messages.
    request: String,
    status: u16,
    fields: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Reply {
    /// Reads the first final answer from these bytes.
    #[track_caller]
    pub(super) fn read(request: String, mut bytes: &[u8], head_only: bool) -> Self {
        loop {
            let Some((status, fields, rest)) = read_head(bytes) else {
                let got = String::from_utf8_lossy(bytes);
                panic!("{request}: the connection ended without a whole answer; got {got:?}");
            };
            bytes = rest;
            // Interim answers, as 100 Continue, go before.
            if status < 200 {
                continue;
            }
            let body = if head_only { Some(Vec::new()) } else { read_body(&fields, bytes) };
            let Some(body) = body else {
                panic!("{request}: the connection ended within the body of the answer");
            };
            return Self { request, status, fields, body };
        }
    }

    // ---- demands

    /// Demands this status.
    ///
    /// # Panics
    ///
    /// When it is another.
    #[track_caller]
    pub fn status(self, expected: u16) -> Self {
        if self.status != expected {
            panic!("{}: expected status {expected}, got {}\n\n{self}", self.request, self.status);
        }
        self
    }

    /// Demands a field with this value.
    ///
    /// # Panics
    ///
    /// When no field of this name has it.
    #[track_caller]
    pub fn header(self, name: &str, expected: &str) -> Self {
        let got: Vec<&str> = self.find_headers(name).collect();
        if !got.contains(&expected) {
            panic!("{}: expected {name}: {expected}, got {got:?}\n\n{self}", self.request);
        }
        self
    }

    /// Demands that there is no field of this name.
    ///
    /// # Panics
    ///
    /// When there is one.
    #[track_caller]
    pub fn no_header(self, name: &str) -> Self {
        if let Some(value) = self.find_header(name) {
            panic!("{}: expected no {name}, got {value:?}\n\n{self}", self.request);
        }
        self
    }

    /// Demands this body.
    ///
    /// # Panics
    ///
    /// When it is another.
    #[track_caller]
    pub fn text(self, expected: &str) -> Self {
        if self.body != expected.as_bytes() {
            let got = String::from_utf8_lossy(&self.body);
            panic!(
                "{}: expected body {expected:?},\n     got body {got:?}\n\n{self}",
                self.request
            );
        }
        self
    }

    /// Demands this JSON as the body.
    ///
    /// # Panics
    ///
    /// When it is another or no JSON; the message names each place that differs.
    #[track_caller]
    pub fn json(self, expected: impl Into<Value>) -> Self {
        let expected = expected.into();
        let got = match serde_json::from_slice(&self.body) {
            Ok(got) => got,
            Err(error) => panic!("{}: the body is not JSON: {error}\n\n{self}", self.request),
        };
        let differences = differences(&expected, &got);
        if !differences.is_empty() {
            panic!("{}: the JSON differs\n  {}\n\n{self}", self.request, differences.join("\n  "));
        }
        self
    }

    // ---- questions

    /// The status.
    pub fn code(&self) -> u16 {
        self.status
    }

    /// The first field of this name, whatever its casing.
    pub fn find_header(&self, name: &str) -> Option<&str> {
        self.find_headers(name).next()
    }

    /// Every field of this name, in order.
    pub fn find_headers(&self, name: &str) -> impl Iterator<Item = &str> {
        let same = move |field: &&(String, String)| field.0.eq_ignore_ascii_case(name);
        self.fields.iter().filter(same).map(|(_, value)| &**value)
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body, read from JSON.
    ///
    /// # Panics
    ///
    /// When it is not such JSON.
    #[track_caller]
    pub fn read_json<T: DeserializeOwned>(&self) -> T {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("{}: the body is not such JSON: {error}\n\n{self}", self.request),
        }
    }
}

/// The answer as it would be seen on a terminal.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.status)?;
        for (name, value) in &self.fields {
            writeln!(f, "{name}: {value}")?;
        }
        write!(f, "\n{}", String::from_utf8_lossy(&self.body))
    }
}

/// The next line without its end, and what follows it.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|&byte| byte == b'\n')?;
    Some((bytes[..end].strip_suffix(b"\r")?, &bytes[end + 1..]))
}

type Fields = Vec<(String, String)>;

/// Status and fields, and what follows them.
fn read_head(bytes: &[u8]) -> Option<(u16, Fields, &[u8])> {
    let (first, mut bytes) = line(bytes)?;
    let first = std::str::from_utf8(first).ok()?;
    let status = first.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let mut fields = Vec::new();
    loop {
        let (field, rest) = line(bytes)?;
        bytes = rest;
        if field.is_empty() {
            return Some((status, fields, bytes));
        }
        let field = String::from_utf8_lossy(field);
        let (name, value) = field.split_once(':')?;
        fields.push((name.to_owned(), value.trim().to_owned()));
    }
}

fn read_body(fields: &Fields, bytes: &[u8]) -> Option<Vec<u8>> {
    let find = |name: &str| fields.iter().find(|field| field.0.eq_ignore_ascii_case(name));
    if find("transfer-encoding").is_some() {
        return read_chunks(bytes);
    }
    match find("content-length") {
        Some((_, length)) => Some(bytes.get(..length.parse().ok()?)?.to_vec()),
        None => Some(bytes.to_vec()),
    }
}

fn read_chunks(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let (size, rest) = line(bytes)?;
        let size = usize::from_str_radix(std::str::from_utf8(size).ok()?, 16).ok()?;
        let chunk = rest.get(..size)?;
        body.extend_from_slice(chunk);
        (_, bytes) = line(&rest[size..])?;
        if size == 0 {
            return Some(body);
        }
    }
}

#[cfg(test)]
mod tests;
