//! Which bytes say this answer (RFC 9112 §4, §7.1)?
//!
//! The only file of the project that writes a line end. A field reaches the wire through
//! [`FieldBlock::push`] alone, which refuses names and values that could end a line, so no handler
//! can split a response.

use super::{DateLine, Method, Status, Version, chars};

/// The interim answer to `Expect: 100-continue`.
pub const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// The answer to a connection that is turned away because there are too many.
pub const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// The answer to a peer that speaks HTTP where TLS is spoken.
pub const NOT_TLS: &[u8] = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\
    Content-Type: text/plain; charset=utf-8\r\nContent-Length: 36\r\n\r\n\
    HTTPS is spoken here: use https://\r\n";

/// A field line that is known at compile time.
macro_rules! field_line {
    ($name:literal, $value:literal) => {
        $crate::proto::encode::FieldLine::new(concat!($name, ": ", $value, "\r\n").as_bytes())
    };
}
pub(crate) use field_line;

/// What `field_line!` makes: an array of fixed size that begins with the line.
///
/// Copying an array whose size the compiler knows takes a few moves; any other copy is a call to `memcpy`.
#[derive(Clone, Copy, Debug)]
pub struct FieldLine {
    bytes: [u8; FieldLine::ROOM],
    len: usize,
}

impl FieldLine {
    const ROOM: usize = 56;

    pub(crate) const fn new(line: &[u8]) -> Self {
        let mut bytes = [0; Self::ROOM];
        bytes.split_at_mut(line.len()).0.copy_from_slice(line);
        Self { bytes, len: line.len() }
    }

    #[inline]
    fn append_to(&self, out: &mut Vec<u8>) {
        let at = out.len();
        out.extend_from_slice(&self.bytes);
        out.truncate(at + self.len);
    }
}

/// How nearly every answer begins: the status line of a 200 and the `Date` line, as one piece.
#[derive(Clone, Copy, Debug)]
pub struct Opening([u8; Opening::LEN]);

impl Opening {
    const STATUS_LINE: &[u8] = b"HTTP/1.1 200 OK\r\n";
    /// Where the date begins.
    const DATE_AT: usize = Self::STATUS_LINE.len() + b"Date: ".len();
    const LEN: usize = Self::DATE_AT + DateLine::LEN + b"\r\n".len();

    /// The opening of answers that are sent at this time.
    pub fn at(unix_seconds: u64) -> Self {
        let mut lines = *b"HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n";
        let date = &mut lines[Self::DATE_AT..Self::DATE_AT + DateLine::LEN];
        date.copy_from_slice(DateLine::at(unix_seconds).as_bytes());
        Self(lines)
    }

    /// The `Date` line alone.
    fn date_line(&self) -> &[u8] {
        &self.0[Self::STATUS_LINE.len()..]
    }
}

/// How the body of an answer is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// The status forbids a body and a length (204, 304).
    Absent,
    /// Exactly this many bytes.
    Counted(u64),
    /// Chunks, up to the one of size zero.
    Chunked,
    /// Everything until the connection closes, for HTTP/1.0 peers.
    UntilClose,
}

/// Everything that a response head is made of.
#[derive(Clone, Copy, Debug)]
pub struct AnswerHead<'a> {
    /// The version the peer speaks: decides which `Connection` must be said.
    pub version: Version,
    /// How it went.
    pub status: Status,
    /// The current date, ready to be sent.
    pub opening: &'a Opening,
    /// Has the handler set a `Date` of its own?
    pub has_date: bool,
    /// The line of `Content-Type`, if it is not among the fields.
    pub content_type: Option<&'static FieldLine>,
    /// What the handler set.
    pub fields: &'a FieldBlock,
    /// How the body is delimited.
    pub length: Length,
    /// Does the connection live on?
    pub persists: bool,
}

/// Appends a response head.
#[inline]
pub fn head(out: &mut Vec<u8>, head: &AnswerHead<'_>) {
    if head.status == Status::OK && !head.has_date {
        out.extend_from_slice(&head.opening.0);
    } else {
        other_opening(out, head.status, head.opening, head.has_date);
    }
    if let Some(line) = head.content_type {
        line.append_to(out);
    }
    if !head.fields.bytes.is_empty() {
        out.extend_from_slice(&head.fields.bytes);
    }
    match (head.persists, head.version) {
        (true, Version::Http11) => {}
        (true, Version::Http10) => out.extend_from_slice(b"Connection: keep-alive\r\n"),
        (false, _) => out.extend_from_slice(b"Connection: close\r\n"),
    }
    match head.length {
        Length::Counted(n) => counted(out, n),
        Length::Chunked => out.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n"),
        Length::Absent | Length::UntilClose => out.extend_from_slice(b"\r\n"),
    }
}

/// `Content-Length` and the blank line; with a short length, as one piece.
#[inline]
fn counted(out: &mut Vec<u8>, n: u64) {
    match n {
        0..10 => {
            let mut line = *b"Content-Length: 0\r\n\r\n";
            line[16] = b'0' + n as u8;
            out.extend_from_slice(&line);
        }
        10..100 => {
            let mut line = *b"Content-Length: 00\r\n\r\n";
            line[16] = b'0' + n as u8 / 10;
            line[17] = b'0' + n as u8 % 10;
            out.extend_from_slice(&line);
        }
        _ => {
            out.extend_from_slice(b"Content-Length: ");
            decimal(out, n);
            out.extend_from_slice(b"\r\n\r\n");
        }
    }
}

#[cold]
fn other_opening(out: &mut Vec<u8>, status: Status, opening: &Opening, has_date: bool) {
    other_status_line(out, status);
    if !has_date {
        out.extend_from_slice(opening.date_line());
    }
}

fn other_status_line(out: &mut Vec<u8>, status: Status) {
    out.extend_from_slice(b"HTTP/1.1 ");
    decimal(out, u64::from(status.0));
    // The space before an empty reason is part of the grammar.
    out.push(b' ');
    out.extend_from_slice(status.reason().as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// Appends a number in decimal digits.
#[inline]
fn decimal(out: &mut Vec<u8>, n: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(n).as_bytes());
}

/// Appends one chunk; an empty one is left out, because it would end the body.
pub fn chunk(out: &mut Vec<u8>, data: &[u8]) {
    if data.is_empty() {
        return;
    }
    out.reserve(data.len() + 20);
    let mut digits = [0; 16];
    let (mut at, mut n) = (digits.len(), data.len());
    while n > 0 {
        at -= 1;
        digits[at] = b"0123456789abcdef"[n & 15];
        n >>= 4;
    }
    out.extend_from_slice(&digits[at..]);
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(data);
    out.extend_from_slice(b"\r\n");
}

/// Appends the chunk that ends a body.
pub fn last_chunk(out: &mut Vec<u8>) {
    out.extend_from_slice(b"0\r\n\r\n");
}

/// A request as a client would send it, for tests: `Host` and `Content-Length` are added when they
/// are missing and needed.
pub fn request(method: Method, target: &str, fields: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let has = |name: &str| fields.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
    let mut out = format!("{method} {target} HTTP/1.1\r\n").into_bytes();
    let mut field = |name: &str, value: &str| {
        out.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    };
    if !has("host") {
        field("Host", "localhost");
    }
    for (name, value) in fields {
        field(name, value);
    }
    if !body.is_empty() && !has("content-length") && !has("transfer-encoding") {
        field("Content-Length", &body.len().to_string());
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(body);
    out
}

/// Why a field cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadField {
    /// The name is not a token.
    Name,
    /// The value holds CR, LF, NUL or another control byte.
    Value,
}

/// The field lines of an answer, already in the form they are sent in.
#[derive(Debug, Default)]
pub struct FieldBlock {
    bytes: Vec<u8>,
    marks: Vec<Mark>,
    /// How many of the first lines [`FieldBlock::take_back`] leaves in place.
    kept: usize,
}

/// Where one field line stands in the block.
#[derive(Clone, Copy, Debug)]
struct Mark {
    at: u32,
    name_len: u32,
    len: u32,
}

impl FieldBlock {
    /// A block with room for `fields` lines of `bytes` bytes together.
    pub fn with_capacity(bytes: usize, fields: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), marks: Vec::with_capacity(fields), kept: 0 }
    }

    /// Forgets all fields, keeps the memory.
    #[inline]
    pub fn clear(&mut self) {
        if !self.marks.is_empty() {
            self.bytes.clear();
            self.marks.clear();
            self.kept = 0;
        }
    }

    /// Makes the fields that are set now survive [`FieldBlock::take_back`].
    pub fn keep(&mut self) {
        self.kept = self.marks.len();
    }

    /// Removes every field that is not kept.
    pub fn take_back(&mut self) {
        if let Some(first) = self.marks.get(self.kept) {
            self.bytes.truncate(first.at as usize);
            self.marks.truncate(self.kept);
        }
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.marks.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// Bytes that all lines take on the wire.
    pub fn byte_len(&self) -> usize {
        self.bytes.len()
    }

    /// Adds a field; blanks around the value are dropped, as every reader would drop them.
    pub fn push(&mut self, name: &[u8], value: &[u8]) -> Result<(), BadField> {
        if !chars::is_token(name) {
            return Err(BadField::Name);
        }
        if !chars::all(value, &chars::VALUE) {
            return Err(BadField::Value);
        }
        let at = self.bytes.len();
        self.bytes.extend_from_slice(name);
        self.bytes.extend_from_slice(b": ");
        self.bytes.extend_from_slice(value.trim_ascii());
        self.bytes.extend_from_slice(b"\r\n");
        self.marks.push(Mark {
            at: at as u32,
            name_len: name.len() as u32,
            len: (self.bytes.len() - at) as u32,
        });
        Ok(())
    }

    /// Removes every field of this name.
    pub fn remove(&mut self, name: &[u8]) {
        let mut i = 0;
        while let Some(&mark) = self.marks.get(i) {
            if !self.name(mark).eq_ignore_ascii_case(name) {
                i += 1;
                continue;
            }
            let (at, len) = (mark.at as usize, mark.len as usize);
            self.bytes.drain(at..at + len);
            self.marks.remove(i);
            self.kept -= usize::from(i < self.kept);
            for later in &mut self.marks[i..] {
                later.at -= mark.len;
            }
        }
    }

    /// The value of the first field of this name.
    pub fn find(&self, name: &[u8]) -> Option<&[u8]> {
        self.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Name and value of each field, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.marks.iter().map(|&mark| {
            let value_at = (mark.at + mark.name_len + 2) as usize;
            let end = (mark.at + mark.len - 2) as usize;
            (self.name(mark), &self.bytes[value_at..end])
        })
    }

    fn name(&self, mark: Mark) -> &[u8] {
        &self.bytes[mark.at as usize..(mark.at + mark.name_len) as usize]
    }
}

#[cfg(test)]
mod tests;
