//! A client's reading of what a server sent, as plain as [`super::reference`] is for requests.

use super::reference::find;

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Names in lower case, and values.
    pub fields: Vec<(String, String)>,
    /// The decoded body.
    pub body: Vec<u8>,
    /// Is it the last one of its connection?
    pub last: bool,
    /// Did it end before the connection did?
    pub whole: bool,
}

/// Takes apart what came back for requests, of which `head_only` tells which were HEAD.
///
/// # Panics
///
/// When the bytes are no answers: a client would be at a loss.
pub fn read(mut bytes: &[u8], mut head_only: impl FnMut(usize) -> bool) -> Vec<Answer> {
    let mut answers = Vec::new();
    let mut finals = 0;
    while !bytes.is_empty() {
        assert!(answers.last().is_none_or(|answer: &Answer| !answer.last), "bytes behind the last");
        let Some(end) = find(bytes, b"\r\n\r\n") else { panic!("a head without an end") };
        let head = std::str::from_utf8(&bytes[..end]).expect("tests answer in ASCII");
        bytes = &bytes[end + 4..];
        let (status, fields) = head_of(head);
        let head_only = head_only(finals);
        finals += usize::from(status >= 200);
        let mut answer = Answer { status, fields, body: Vec::new(), last: false, whole: true };
        let last = answer.fields("connection").any(|value| value == "close");
        answer.last = last;
        bytes = body_of(&mut answer, bytes, head_only);
        answers.push(answer);
    }
    answers
}

impl Answer {
    /// The values of a field.
    pub fn fields<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

fn head_of(head: &str) -> (u16, Vec<(String, String)>) {
    let mut lines = head.split("\r\n");
    let status_line = lines.next().unwrap_or_default();
    let rest = status_line.strip_prefix("HTTP/1.1 ").expect("a status line");
    let (code, reason) = rest.split_once(' ').expect("a space before the reason");
    assert!(code.len() == 3 && reason.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{rest:?}");
    let fields = lines.map(|line| {
        let (name, value) = line.split_once(": ").expect("a colon and a space");
        assert!(!name.is_empty() && !name.contains([' ', '\t', '\r', '\n']), "{name:?}");
        assert!(!value.contains(['\r', '\n', '\0']) && value.trim() == value, "{value:?}");
        (name.to_ascii_lowercase(), value.to_owned())
    });
    (code.parse().expect("three digits"), fields.collect())
}

/// Reads the body; returns what follows it.
fn body_of<'b>(answer: &mut Answer, bytes: &'b [u8], head_only: bool) -> &'b [u8] {
    let length: Vec<usize> =
        answer.fields("content-length").map(|value| value.parse().expect("digits")).collect();
    let coding: Vec<&str> = answer.fields("transfer-encoding").collect();
    assert!(length.len() + coding.len() <= 1, "two framings: {length:?} {coding:?}");
    let bodiless = answer.status < 200 || answer.status == 204 || answer.status == 304;
    assert!(!bodiless || length.len() + coding.len() == 0, "framing in a {}", answer.status);
    if head_only || bodiless {
        return bytes;
    }
    if let [length] = *length {
        let (body, rest) = bytes.split_at(length.min(bytes.len()));
        answer.whole = body.len() == length;
        answer.body = body.to_vec();
        return rest;
    }
    if !coding.is_empty() {
        assert_eq!(coding, ["chunked"]);
        return chunked(answer, bytes);
    }
    assert!(answer.last, "a body until the end of a connection that does not end");
    answer.body = bytes.to_vec();
    &[]
}

fn chunked<'b>(answer: &mut Answer, mut bytes: &'b [u8]) -> &'b [u8] {
    answer.whole = false;
    while let Some(end) = find(bytes, b"\r\n") {
        let digits = std::str::from_utf8(&bytes[..end]).expect("a chunk size");
        let size = usize::from_str_radix(digits, 16).expect("a chunk size");
        let Some(data) = bytes.get(end + 2..end + 2 + size) else { break };
        let behind = &bytes[end + 2 + size..];
        answer.body.extend_from_slice(data);
        if behind.len() < 2 {
            break;
        }
        assert!(behind.starts_with(b"\r\n"), "a chunk without an end");
        bytes = &behind[2..];
        if size == 0 {
            answer.whole = true;
            return bytes;
        }
    }
    // Cut off: nothing can follow.
    answer.last = true;
    &[]
}
