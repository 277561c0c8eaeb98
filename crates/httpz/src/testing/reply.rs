//! An answer, read back from its bytes, and what a test may demand of it.
//!
//! Each demand gives the reply back, so that they can be chained; one that is not met panics with
//! the request, the difference and the answer.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::difference::{differences, first_difference};
use super::parse::{self, Fields, Head};

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
    fields: Fields,
    body: Vec<u8>,
    raw: Vec<u8>,
}

impl Reply {
    /// Reads the first final answer from these bytes.
    #[track_caller]
    pub(super) fn read(request: String, bytes: &[u8], head_only: bool) -> Self {
        let (mut raw, mut rest) = (bytes, bytes);
        loop {
            let Some((head, after)) = Head::read(rest) else {
                let got = String::from_utf8_lossy(rest);
                panic!("{request}: the connection ended without a whole answer; got {got:?}");
            };
            rest = after;
            if head.is_interim() {
                raw = rest;
                continue;
            }
            let Some((body, after)) = head.ends(head_only).and_then(|ends| parse::body(ends, rest))
            else {
                panic!("{request}: the connection ended within the body of the answer");
            };
            let raw = raw[..raw.len() - after.len()].to_vec();
            let Head { status, fields } = head;
            return Self { request, status, fields, body, raw };
        }
    }

    /// An answer of which only the head has come.
    pub(super) fn beginning(request: String, head: Head, raw: Vec<u8>) -> Self {
        let Head { status, fields } = head;
        Self { request, status, fields, body: Vec::new(), raw }
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
            panic!("{}: {}\n\n{self}", self.request, first_difference(expected, &got));
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

    /// Names and values of all fields, in order.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The bytes of the answer, as they came.
    pub fn raw(&self) -> &[u8] {
        &self.raw
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

#[cfg(test)]
mod tests;
