//! Reads the heads that nearly everybody sends, in one pass.
//!
//! A known method, a plain path, `HTTP/1.1`, and field lines without surprises. Whatever is not of
//! that kind (malformed, incomplete, or merely rare) is left to httparse: [`head`] gives `None` and
//! has decided nothing. So httparse stays the judge of what a head is, and this file can only be
//! wrong by accepting what it would not, which `tests` hunts for with random heads.
//!
//! It pays because it does not ask twice: httparse checks bytes, then checks a target for UTF-8, and
//! the strict reading must check line ends and targets again. Bytes are looked through sixteen at
//! a time (`wide`). `docs/performance.md` has the figures.

use super::fields::Field;
use super::target::Target;
use super::{Limits, Method, Span, chars, wide};

/// A head found by the pass.
pub(super) struct Scanned {
    pub(super) method: Method,
    pub(super) target: Target,
    /// Bytes of the head, with its blank line.
    pub(super) len: usize,
}

/// Reads the head at the front of `bytes`, which begin at offset `base` of their buffer; `None` when
/// httparse should. Each field goes to `meet` with its places and its bytes.
#[inline]
pub(super) fn head<'b>(
    bytes: &'b [u8],
    base: usize,
    limits: &Limits,
    mut meet: impl FnMut(Field, &'b [u8], &'b [u8]) -> Option<()>,
) -> Option<Scanned> {
    let (method, at) = method(bytes)?;
    let (target, len) = target(&bytes[at..], base + at)?;
    if len > limits.target {
        return None;
    }
    let mut at = at + len;
    if bytes.get(at..at + 9)? != b" HTTP/1.1" || bytes.get(at + 9..at + 11)? != b"\r\n" {
        return None;
    }
    at += 11;
    let mut room = limits.fields;
    loop {
        let name_len = name_len(bytes.get(at..)?)?;
        if name_len == 0 {
            return (bytes.get(at..at + 2)? == b"\r\n").then_some(Scanned {
                method,
                target,
                len: at + 2,
            });
        }
        room = room.checked_sub(1)?;
        let name = &bytes[at..at + name_len];
        let name_at = at;
        at += name_len + 1;
        while matches!(bytes.get(at)?, b' ' | b'\t') {
            at += 1;
        }
        let line_end = at + value_len(&bytes[at..])?;
        if bytes.get(line_end..line_end + 2)? != b"\r\n" {
            return None;
        }
        let mut end = line_end;
        while end > at && matches!(bytes[end - 1], b' ' | b'\t') {
            end -= 1;
        }
        let field = Field {
            name: Span::new(base + name_at, name_len),
            value: Span::new(base + at, end - at),
        };
        meet(field, name, &bytes[at..end])?;
        at = line_end + 2;
    }
}

/// A usual method, and where the target begins.
#[inline]
fn method(bytes: &[u8]) -> Option<(Method, usize)> {
    Some(match *bytes.first_chunk::<4>()? {
        [b'G', b'E', b'T', b' '] => (Method::Get, 4),
        [b'P', b'O', b'S', b'T'] if bytes.get(4) == Some(&b' ') => (Method::Post, 5),
        [b'H', b'E', b'A', b'D'] if bytes.get(4) == Some(&b' ') => (Method::Head, 5),
        [b'P', b'U', b'T', b' '] => (Method::Put, 4),
        [b'D', b'E', b'L', b'E'] if bytes.get(4..7) == Some(b"TE ") => (Method::Delete, 7),
        [b'P', b'A', b'T', b'C'] if bytes.get(4..6) == Some(b"H ") => (Method::Patch, 6),
        _ => return None,
    })
}

/// A path with perhaps a query, up to the space behind it.
#[inline]
fn target(bytes: &[u8], at: usize) -> Option<(Target, usize)> {
    if *bytes.first()? != b'/' {
        return None;
    }
    let len = run(bytes, wide::first_outside_path, &chars::PLAIN_TARGET)?;
    let path = Span::new(at, len);
    if bytes[len] == b' ' {
        return Some((Target { raw: path, path, ..Target::default() }, len));
    }
    // A query, an escape, or something that must not stand here: once more, slowly.
    let len = memchr::memchr(b' ', bytes)?;
    Some((Target::parse(Method::Get, &bytes[..len], at).ok()?, len))
}

/// How long the field name at the front is; 0 at the blank line, `None` at anything else.
#[inline]
fn name_len(line: &[u8]) -> Option<usize> {
    let len = run(line, wide::first_outside_name, &chars::TOKEN)?;
    match (line[len], len) {
        (b':', 1..) | (b'\r', 0) => Some(len),
        _ => None,
    }
}

/// How many bytes at the front may stand in a value.
#[inline]
fn value_len(bytes: &[u8]) -> Option<usize> {
    run(bytes, wide::first_control, &chars::VALUE)
}

/// How many bytes at the front stand in `table`; `None` when all do.
///
/// `outside` looks at many bytes together and may stop at one that stands in the table all the same.
#[inline]
fn run(
    bytes: &[u8],
    outside: impl Fn(&[u8; wide::WIDTH]) -> usize,
    table: &chars::Table,
) -> Option<usize> {
    let mut at = 0;
    while let Some(chunk) = bytes.get(at..)?.first_chunk() {
        let n = outside(chunk);
        at += n;
        if n == wide::WIDTH {
            continue;
        }
        if !table[chunk[n] as usize] {
            return Some(at);
        }
        at += 1;
    }
    while table[*bytes.get(at)? as usize] {
        at += 1;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_what_is_rare_or_wrong_to_httparse() {
        let taken = |input: &str| {
            head(input.as_bytes(), 0, &Limits::default(), |_, _, _| Some(())).is_some()
        };
        for input in [
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "DELETE /a?b=%20 HTTP/1.1\r\nHost: a\r\nX:\t b \t\r\nCookie: caf\u{e9}\r\n\r\n",
        ] {
            assert!(taken(input), "{input:?}");
        }
        for input in [
            "GET / HTTP/1.1\r\nHost: a\r\n\r",
            "GET / HTTP/1.0\r\n\r\n",
            "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
            "QUERY / HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\x7f\r\n\r\n",
            "GET / HTTP/1.1\r\n: a\r\n\r\n",
        ] {
            assert!(!taken(input), "{input:?}");
        }
    }
}
