//! Decides how the body that follows a request head is delimited.
//!
//! One question, one answer: [`Framing::of`] reads the two fields that matter. It never looks at
//! the body itself (`decode` does) and never decides whether the connection lives on (`cycle`
//! does).
//!
//! RFC 9112 §6 leaves a server some freedom. We take the strict side: two parties that disagree on
//! where a request ends can be made to see a request that nobody sent.

use super::{ProtocolError, Version};

/// How a request body is delimited on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// No body follows the head.
    #[default]
    Empty,
    /// Exactly this many bytes follow.
    Counted(u64),
    /// Chunks follow, up to the one of size zero.
    Chunked,
}

impl Framing {
    /// Reads the framing from the values of `Content-Length` and `Transfer-Encoding`, of which the
    /// caller has already refused repetitions.
    #[inline]
    pub fn of(
        length: Option<&[u8]>,
        coding: Option<&[u8]>,
        version: Version,
    ) -> Result<Self, ProtocolError> {
        match (length, coding) {
            (None, None) => Ok(Self::Empty),
            (Some(digits), None) => match parse_length(digits)? {
                0 => Ok(Self::Empty),
                n => Ok(Self::Counted(n)),
            },
            (None, Some(coding)) => Self::coded(coding, version),
            (Some(_), Some(_)) => Err(ProtocolError::TwoFramings),
        }
    }

    /// RFC 9112 §6.1: an HTTP/1.0 message with a transfer coding has faulty framing. §6.3: so has one
    /// whose last coding is not chunked, because nobody can tell where its body ends. If chunked is the
    /// last, any coding before it is merely one that we do not know.
    #[cold]
    fn coded(coding: &[u8], version: Version) -> Result<Self, ProtocolError> {
        let is_chunked = |coding: &[u8]| coding.eq_ignore_ascii_case(b"chunked");
        let mut others: Vec<&[u8]> = coding.split(|&byte| byte == b',').map(bare).collect();
        let last = others.pop().unwrap_or_default();
        let sound = |other: &&[u8]| !other.is_empty() && !is_chunked(other);
        if version == Version::Http10 || !is_chunked(last) || !others.iter().all(sound) {
            Err(ProtocolError::BadCoding)
        } else if others.is_empty() {
            Ok(Self::Chunked)
        } else {
            Err(ProtocolError::UnknownCoding)
        }
    }
}

/// Strips optional whitespace, which is space and tab only (RFC 9110 §5.6.3). `trim_ascii` also strips
/// form feeds, which another reader may take for a part of the name.
fn bare(mut element: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', inner @ ..] | [inner @ .., b' ' | b'\t'] = element {
        element = inner;
    }
    element
}

/// Digits by hand: `str::parse` would take a leading `+`.
#[inline]
fn parse_length(digits: &[u8]) -> Result<u64, ProtocolError> {
    if digits.is_empty() {
        return Err(ProtocolError::BadLength);
    }
    let mut length = 0u64;
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return Err(ProtocolError::BadLength);
        }
        length = length
            .checked_mul(10)
            .and_then(|length| length.checked_add(u64::from(digit)))
            .ok_or(ProtocolError::BadLength)?;
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_a_body_by_its_fields() {
        use ProtocolError::*;
        let v11 = Version::Http11;
        for (length, coding, version, expected) in [
            (None, None, v11, Ok(Framing::Empty)),
            (Some("0"), None, v11, Ok(Framing::Empty)),
            (Some("5"), None, v11, Ok(Framing::Counted(5))),
            (Some("007"), None, v11, Ok(Framing::Counted(7))),
            (Some("18446744073709551615"), None, v11, Ok(Framing::Counted(u64::MAX))),
            (Some("18446744073709551616"), None, v11, Err(BadLength)),
            (Some(""), None, v11, Err(BadLength)),
            (Some("+5"), None, v11, Err(BadLength)),
            (Some("-5"), None, v11, Err(BadLength)),
            (Some("5, 5"), None, v11, Err(BadLength)),
            (Some("0x5"), None, v11, Err(BadLength)),
            (Some("5 "), None, v11, Err(BadLength)),
            (None, Some("chunked"), v11, Ok(Framing::Chunked)),
            (None, Some("Chunked"), v11, Ok(Framing::Chunked)),
            (None, Some("chunked\t"), v11, Ok(Framing::Chunked)),
            (None, Some("chunked\x0c"), v11, Err(BadCoding)),
            (None, Some("gzip, chunked"), v11, Err(UnknownCoding)),
            (None, Some("gzip\t,\tchunked"), v11, Err(UnknownCoding)),
            (None, Some("\x0c, chunked"), v11, Err(UnknownCoding)),
            (None, Some("gzip;q=1, x, chunked"), v11, Err(UnknownCoding)),
            (None, Some("gzip,, chunked"), v11, Err(BadCoding)),
            (None, Some(",chunked"), v11, Err(BadCoding)),
            (None, Some("chunked,"), v11, Err(BadCoding)),
            (None, Some("chunked, gzip"), v11, Err(BadCoding)),
            (None, Some("chunked, chunked"), v11, Err(BadCoding)),
            (None, Some("identity"), v11, Err(BadCoding)),
            (None, Some("xchunked"), v11, Err(BadCoding)),
            (None, Some(""), v11, Err(BadCoding)),
            (None, Some("chunked"), Version::Http10, Err(BadCoding)),
            (Some("5"), Some("chunked"), v11, Err(TwoFramings)),
        ] {
            let (l, c) = (length.map(str::as_bytes), coding.map(str::as_bytes));
            assert_eq!(Framing::of(l, c, version), expected, "{length:?} {coding:?}");
        }
    }
}
