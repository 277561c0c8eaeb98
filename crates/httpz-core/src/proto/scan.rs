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
use super::known::Known;
use super::target::Target;
use super::{Fields, Limits, Method, Span, chars, wide};

/// Where the pass puts the parts of a head that it finds.
pub(super) struct Parts<'h> {
    pub(super) method: &'h mut Method,
    pub(super) target: &'h mut Target,
    pub(super) fields: &'h mut Fields,
}

/// Reads the head at the front of `bytes`, which begin at offset `base` of their buffer, into `parts`
/// and `known`, and tells how long it is, with its blank line. `None` when httparse should read it;
/// what has been written by then means nothing.
#[inline]
pub(super) fn head<'b>(
    bytes: &'b [u8],
    base: usize,
    limits: &Limits,
    parts: Parts<'_>,
    known: &mut Known<'b>,
) -> Option<usize> {
    let end = base + bytes.len();
    // The offset in the buffer at which what is still to be read begins.
    let at = |rest: &[u8]| end - rest.len();
    let mut room = limits.fields;
    parts.fields.clear();
    let mut push = |name_at, name: &[u8], value_at, value: &[u8]| {
        room = room.checked_sub(1)?;
        parts.fields.push(Field {
            name: Span::new(name_at, name.len()),
            value: Span::new(value_at, value.len()),
        });
        Some(())
    };

    let (method, rest) = method(bytes)?;
    *parts.method = method;
    let (target, rest) = target(rest, at(rest))?;
    *parts.target = target;
    if target.raw.len as usize > limits.target {
        return None;
    }
    let mut rest = rest.strip_prefix(b" HTTP/1.1\r\n")?;
    if let Some((name, value, behind)) = plain_host(rest) {
        push(at(rest), name, at(rest) + "Host: ".len(), value)?;
        known.host = true;
        rest = behind;
    }
    loop {
        if let Some(rest) = rest.strip_prefix(b"\r\n") {
            return Some(bytes.len() - rest.len());
        }
        let (name, behind) = rest.split_at(name_len(rest)?);
        // Nearly always exactly one space.
        let mut line = behind.strip_prefix(b":")?;
        while let [b' ' | b'\t', inner @ ..] = line {
            line = inner;
        }
        let (mut value, behind) = line.split_at(value_len(line)?);
        let behind = behind.strip_prefix(b"\r\n")?;
        while let [inner @ .., b' ' | b'\t'] = value {
            value = inner;
        }
        push(at(rest), name, at(line), value)?;
        known.meet(name, value).ok()?;
        rest = behind;
    }
}

/// The name and value of a `Host` line and what follows it, if the line is short and plain; nearly every
/// client sends such a line first. One look tells that the host is sound and where it ends.
#[inline]
fn plain_host(line: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (name, rest) = line.split_at_checked(4)?;
    if name != b"Host" && name != b"host" {
        return None;
    }
    let rest = rest.strip_prefix(b": ")?;
    let (value, rest) = rest.split_at(wide::host_len(rest.first_chunk()?));
    Some((name, value, rest.strip_prefix(b"\r\n")?))
}

/// A usual method, and what follows it.
#[inline]
fn method(bytes: &[u8]) -> Option<(Method, &[u8])> {
    let (name, rest) = bytes.split_first_chunk::<4>()?;
    // Asked first and alone, because the compiler would make a jump table of all methods.
    if name == b"GET " {
        return Some((Method::Get, rest));
    }
    Some(match name {
        b"POST" => (Method::Post, rest.strip_prefix(b" ")?),
        b"HEAD" => (Method::Head, rest.strip_prefix(b" ")?),
        b"PUT " => (Method::Put, rest),
        b"DELE" => (Method::Delete, rest.strip_prefix(b"TE ")?),
        b"PATC" => (Method::Patch, rest.strip_prefix(b"H ")?),
        _ => return None,
    })
}

/// A path, perhaps with a query, and what follows it, from the space on.
#[inline]
fn target(bytes: &[u8], at: usize) -> Option<(Target, &[u8])> {
    if *bytes.first()? != b'/' {
        return None;
    }
    let len = run(bytes, wide::first_outside_path, &chars::PLAIN_PATH)?;
    let (path, rest) = bytes.split_at(len);
    if rest.first() == Some(&b' ') {
        let path = Span::new(at, path.len());
        return Some((Target { raw: path, path, ..Target::default() }, rest));
    }
    // There is a query, an escape, or something illegal: read it again, slowly.
    let (raw, rest) = bytes.split_at(memchr::memchr(b' ', bytes)?);
    Some((Target::parse(Method::Get, raw, at).ok()?, rest))
}

/// How long the field name at the front is; `None` when there is none.
#[inline]
fn name_len(line: &[u8]) -> Option<usize> {
    run(line, wide::first_outside_name, &chars::TOKEN).filter(|&len| len > 0)
}

/// How many bytes at the front are allowed in a value.
#[inline]
fn value_len(bytes: &[u8]) -> Option<usize> {
    run(bytes, wide::first_control, &chars::VALUE)
}

/// How many bytes at the front are in `table`; `None` when all are.
///
/// `outside` looks at many bytes together and may stop early, at a byte that is in the table after all.
#[inline]
fn run(
    bytes: &[u8],
    outside: impl Fn(&[u8; wide::WIDTH]) -> usize,
    table: &chars::Table,
) -> Option<usize> {
    let mut rest = bytes;
    while let Some((chunk, behind)) = rest.split_first_chunk() {
        let n = outside(chunk);
        let Some(&byte) = chunk.get(n) else {
            rest = behind;
            continue;
        };
        if !table[byte as usize] {
            return Some(bytes.len() - rest.len() + n);
        }
        rest = &rest[n + 1..];
    }
    rest.iter().position(|&byte| !table[byte as usize]).map(|n| bytes.len() - rest.len() + n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_what_is_rare_or_wrong_to_httparse() {
        let taken = |input: &str| {
            let parts = Parts {
                method: &mut Method::default(),
                target: &mut Target::default(),
                fields: &mut Fields::default(),
            };
            head(input.as_bytes(), 0, &Limits::default(), parts, &mut Known::default()).is_some()
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
