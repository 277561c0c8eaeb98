//! Are two fields read as the framing they say, and as nothing else?
//!
//! The input: a byte for the version and for which fields are there, then their values, divided by
//! the first NUL.

use httpz_core::Version;
use httpz_core::proto::Framing;

/// Inputs to begin with.
pub const SEEDS: &[&[u8]] = &[
    b"\x035",
    b"\x01\x00chunked",
    b"\x005\x00chunked",
    b"\x07007",
    b"\x05\x00chunked\t\t",
    b"\x05\x00chunked\x0c",
];

/// What values are made of.
pub const WORDS: &[&[u8]] = &[
    b"chunked",
    b"Chunked",
    b"gzip",
    b"identity",
    b", ",
    b",",
    b"\0",
    b" ",
    b"\t",
    b"\x0b",
    b"+",
    b"-",
    b"0x",
    b"18446744073709551615",
    b"18446744073709551616",
    b"0",
    b"9",
];

/// Reads the framing, and compares.
///
/// # Panics
///
/// When it differs from the plain reading.
pub fn run(input: &[u8]) {
    let Some((flags, values)) = input.split_first() else { return };
    let version = if flags & 1 == 1 { Version::Http11 } else { Version::Http10 };
    let (length, coding) = match values.iter().position(|&byte| byte == 0) {
        Some(at) => (&values[..at], &values[at + 1..]),
        None => (values, &b""[..]),
    };
    let length = (flags & 2 == 2).then_some(length);
    let coding = (flags & 4 == 4).then_some(coding);
    let read = Framing::of(length, coding, version);
    assert_eq!(read.ok(), plainly(length, coding, version), "{length:?} {coding:?} {version:?}");
}

fn plainly(length: Option<&[u8]>, coding: Option<&[u8]>, version: Version) -> Option<Framing> {
    match (length, coding) {
        (None, None) => Some(Framing::Empty),
        (Some(digits), None) => {
            let text = std::str::from_utf8(digits).ok()?;
            let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            match plain.then(|| text.parse::<u64>())? {
                Ok(0) => Some(Framing::Empty),
                number => number.ok().map(Framing::Counted),
            }
        }
        (None, Some(coding)) => {
            let blank = |byte: &u8| [b' ', b'\t'].contains(byte);
            let begin = coding.iter().take_while(|byte| blank(byte)).count();
            let end = coding.iter().rev().take_while(|byte| blank(byte)).count();
            let bare = coding.get(begin..coding.len() - end).unwrap_or_default();
            let only = bare.eq_ignore_ascii_case(b"chunked") && version == Version::Http11;
            only.then_some(Framing::Chunked)
        }
        (Some(_), Some(_)) => None,
    }
}
