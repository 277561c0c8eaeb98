//! Where does a request head end, and what does it say (RFC 9112 §2, §3, §5)?
//!
//! httparse finds the parts; this file holds them to the stricter reading. Heads of the usual kind
//! are read by `scan` in one pass, which leaves all others to httparse. httparse takes a bare LF
//! for a line end and skips any number of blank lines before the request; we refuse the first and
//! skip exactly one of the second. What the fields mean for framing and connection is gathered in
//! the same pass, so that later rooms ask a finished [`Head`] instead of searching it.
//!
//! A head that arrives in pieces is not parsed again for every piece: a new attempt is made only
//! when a further line has ended, so the work is bounded by lines times bytes, both limited.

use std::mem::MaybeUninit;

use super::fields::Field;
use super::known::Known;
use super::{Fields, Framing, Limits, Method, ProtocolError, Span, Target, Version, scan};

/// A parsed request head: places in the buffer it was parsed from, and what they amount to.
#[derive(Debug, Default)]
pub struct Head {
    /// What is asked.
    pub method: Method,
    /// Of which resource.
    pub target: Target,
    /// In which version of the protocol.
    pub version: Version,
    /// The field lines.
    pub fields: Fields,
    /// How the body is delimited.
    pub framing: Framing,
    /// Does the peer let another request follow?
    pub persists: bool,
    /// Does the peer wait for `100 Continue` before it sends the body?
    pub expects_continue: bool,
    /// Bytes of the head, including its blank line and a stray CRLF before it.
    pub len: usize,
    /// Bytes that earlier attempts have looked at.
    seen: usize,
}

impl Head {
    /// An empty head whose field table has room for `fields` lines.
    pub fn with_capacity(fields: usize) -> Self {
        Self { fields: Fields::with_capacity(fields), ..Self::default() }
    }

    /// Forgets target and fields, keeping their memory; the rest is overwritten with the next head.
    #[inline]
    pub fn clear(&mut self) {
        self.target = Target::default();
        self.fields.clear();
        self.seen = 0;
        self.len = 0;
    }

    /// How many bytes of a head that is not whole yet have been looked at.
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// Goes on with a head of which another `Head` has looked at this many bytes.
    pub fn resume(&mut self, seen: usize) {
        // What this one has read before is of somebody else's request.
        self.forget();
        self.seen = seen;
    }

    /// Looks for a whole head at the front of `bytes`, which begin at offset `base` of their buffer.
    ///
    /// `Ok(false)` means that more bytes are needed; call again with the longer slice. `at_end` says
    /// that no more will come, so that a head that is already wrong is refused now rather than waited for.
    #[inline]
    pub fn parse(
        &mut self,
        bytes: &[u8],
        base: usize,
        limits: &Limits,
        at_end: bool,
    ) -> Result<bool, ProtocolError> {
        if self.seen > 0 {
            let news = bytes.get(self.seen..).unwrap_or_default();
            if !at_end && bytes.len() < limits.head && memchr::memchr(b'\n', news).is_none() {
                self.seen = bytes.len();
                return Ok(false);
            }
        }
        self.seen = bytes.len();
        match self.attempt(bytes, base, limits)? {
            true => Ok(true),
            false if bytes.len() < limits.head => Ok(false),
            false => Err(too_large(bytes)),
        }
    }

    #[inline]
    fn attempt(
        &mut self,
        bytes: &[u8],
        base: usize,
        limits: &Limits,
    ) -> Result<bool, ProtocolError> {
        if self.scan(bytes, base, limits) {
            return Ok(true);
        }
        self.parse_carefully(bytes, base, limits)
    }

    /// Tries the quick pass. A head that it accepts needs no second look; about any other,
    /// `parse_carefully` decides.
    #[inline]
    fn scan(&mut self, bytes: &[u8], base: usize, limits: &Limits) -> bool {
        let mut known = Known::default();
        let Self { method, target, fields, .. } = self;
        let parts = scan::Parts { method, target, fields };
        let Some(len) = scan::head(bytes, base, limits, parts, &mut known) else { return false };
        self.version = Version::Http11;
        self.len = len;
        self.judge(&known).is_ok()
    }

    /// The authority on what a head is: httparse, and the strict reading on top of it.
    #[cold]
    fn parse_carefully(
        &mut self,
        bytes: &[u8],
        base: usize,
        limits: &Limits,
    ) -> Result<bool, ProtocolError> {
        self.forget();
        let skipped = match bytes.first() {
            Some(b'\r' | b'\n') => match blank_line(bytes)? {
                Some(n) => n,
                None => return Ok(false),
            },
            _ => 0,
        };
        let line = &bytes[skipped..];

        let mut table = [const { MaybeUninit::uninit() }; Limits::MAX_FIELDS];
        let room = limits.fields.min(Limits::MAX_FIELDS);
        let mut parsed = httparse::Request::new(&mut []);
        let len = match parsed.parse_with_uninit_headers(line, &mut table[..room]) {
            Ok(httparse::Status::Complete(len)) => len,
            Ok(httparse::Status::Partial) => return Ok(false),
            Err(error) => return refusal(error, line),
        };
        let (Some(method), Some(target), Some(version)) =
            (parsed.method, parsed.path, parsed.version)
        else {
            return Err(ProtocolError::BadRequestLine);
        };

        // "GET /a HTTP/1.1" and its CRLF; one space each side, which httparse has checked.
        let target_span = Span::of(target.as_bytes(), line, 0);
        let line_end = target_span.end() + " HTTP/1.1".len();
        if line.get(line_end..line_end + 2) != Some(b"\r\n") {
            return Err(ProtocolError::BadRequestLine);
        }
        // httparse takes a bare LF for a line end; a reader that does not sees other fields.
        if !memchr::memchr_iter(b'\n', &line[..len]).all(|at| line[..at].ends_with(b"\r")) {
            return Err(ProtocolError::BadField);
        }
        if target.len() > limits.target {
            return Err(ProtocolError::TargetTooLong);
        }
        self.method = Method::from_bytes(method.as_bytes()).ok_or(ProtocolError::UnknownMethod)?;
        self.version = if version == 1 { Version::Http11 } else { Version::Http10 };
        let at = base + skipped;
        self.target = Target::parse(self.method, target.as_bytes(), at + target_span.at as usize)?;

        let mut known = Known::default();
        for header in parsed.headers.iter() {
            let name = Span::of(header.name.as_bytes(), line, 0);
            let value = if header.value.is_empty() {
                Span::new(name.end(), 0)
            } else {
                Span::of(header.value, line, 0)
            };
            self.fields.push(Field {
                name: Span::new(name.at as usize + at, name.len as usize),
                value: Span::new(value.at as usize + at, value.len as usize),
            });
            known.meet(header.name.as_bytes(), header.value)?;
        }
        self.judge(&known)?;
        self.len = skipped + len;
        Ok(true)
    }

    /// Forgets what the head before said, and what the quick pass saw before it gave up: a head that
    /// is refused must not be taken for either. The memory stays, and how far we have looked.
    fn forget(&mut self) {
        let mut fields = std::mem::take(&mut self.fields);
        fields.clear();
        *self = Self { fields, seen: self.seen, ..Self::default() };
    }

    #[inline]
    fn judge(&mut self, known: &Known<'_>) -> Result<(), ProtocolError> {
        if !known.host && self.version == Version::Http11 {
            return Err(ProtocolError::NoHost);
        }
        self.framing = Framing::of(known.length, known.coding, self.version)?;
        self.persists = match self.version {
            Version::Http11 => !known.close,
            Version::Http10 => known.keep_alive && !known.close,
        };
        // RFC 9110 §10.1.1: an HTTP/1.0 client's expectation is ignored.
        self.expects_continue = known.expects_continue
            && self.version == Version::Http11
            && self.framing != Framing::Empty;
        Ok(())
    }
}

/// Some clients send a stray CRLF after a POST body. RFC 9112 §2.2 asks us to ignore at least one
/// before a request line; we ignore exactly one, so an idle peer cannot keep the connection busy
/// with blank lines.
#[cold]
fn blank_line(bytes: &[u8]) -> Result<Option<usize>, ProtocolError> {
    match bytes {
        [b'\r'] | [b'\r', b'\n'] => Ok(None),
        [b'\r', b'\n', b'\r' | b'\n', ..] => Err(ProtocolError::BadRequestLine),
        [b'\r', b'\n', ..] => Ok(Some(2)),
        _ => Err(ProtocolError::BadRequestLine),
    }
}

/// A buffer full of head without an end: the request line alone, or the fields after it?
#[cold]
fn too_large(bytes: &[u8]) -> ProtocolError {
    match memchr::memchr(b'\n', bytes) {
        Some(_) => ProtocolError::HeadTooLarge,
        None => ProtocolError::TargetTooLong,
    }
}

/// What httparse's refusal amounts to; `Ok(false)` where the line must end before we can tell.
#[cold]
fn refusal(error: httparse::Error, line: &[u8]) -> Result<bool, ProtocolError> {
    Err(match error {
        httparse::Error::TooManyHeaders => ProtocolError::TooManyFields,
        httparse::Error::HeaderName | httparse::Error::HeaderValue => ProtocolError::BadField,
        httparse::Error::Version => {
            let Some(end) = memchr::memchr(b'\n', line) else { return Ok(false) };
            if speaks_another_version(&line[..end]) {
                ProtocolError::UnknownVersion
            } else {
                ProtocolError::BadRequestLine
            }
        }
        httparse::Error::NewLine if ends_in_its_version(line) => ProtocolError::BadField,
        _ => ProtocolError::BadRequestLine,
    })
}

/// Does the request line end with one of our versions, so that what is wrong comes later? `HTTP/1.10` is none.
fn ends_in_its_version(line: &[u8]) -> bool {
    let line = memchr::memchr(b'\n', line).map_or(line, |end| &line[..end]);
    line.ends_with(b" HTTP/1.1\r") || line.ends_with(b" HTTP/1.0\r")
}

/// `HTTP/` digit `.` digit as the line's third part: well-formed, only not ours (RFC 9112 §2.3).
fn speaks_another_version(line: &[u8]) -> bool {
    let Some(line) = line.strip_suffix(b"\r") else { return false };
    let mut parts = line.split(|&byte| byte == b' ').skip(2);
    match (parts.next(), parts.next()) {
        (Some([b'H', b'T', b'T', b'P', b'/', major, b'.', minor]), None) => {
            major.is_ascii_digit() && minor.is_ascii_digit()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
