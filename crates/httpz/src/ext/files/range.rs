//! Which part of a file does the client ask for (RFC 9110 §14)?

use std::ops::Range;

use super::validators::Validators;
use crate::{Method, Request};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Everything; also where parts are asked for in a way that we may, and do, leave alone: several at once, another
    /// unit, or what is no range.
    Whole,
    /// These bytes, at least one.
    Part(Range<u64>),
    /// A part that does not exist.
    Nothing,
}

/// What of a file of this length is asked for.
pub(super) fn asked(req: &Request, len: u64, validators: &Validators) -> Asked {
    match req.header("range") {
        // A part of another version than the client has would not fit to the rest (§13.1.5).
        Some(range) if req.method() == Method::Get && validators.are_those_of_the_rest(req) => {
            read(range, len)
        }
        _ => Asked::Whole,
    }
}

fn read(range: &str, len: u64) -> Asked {
    let spec = range.split_once('=').filter(|(unit, _)| unit.eq_ignore_ascii_case("bytes"));
    let Some((first, last)) = spec.and_then(|(_, spec)| spec.trim().split_once('-')) else {
        return Asked::Whole;
    };
    // Some clients ask for a part of everything, to be on the safe side.
    if len == 0 {
        return Asked::Whole;
    }
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first > last => Asked::Whole,
        (Some(first), _) if first >= len && (last.is_empty() || number(last).is_some()) => {
            Asked::Nothing
        }
        (Some(first), Some(last)) => Asked::Part(first..last.saturating_add(1).min(len)),
        (Some(first), None) if last.is_empty() => Asked::Part(first..len),
        (None, Some(0)) if first.is_empty() => Asked::Nothing,
        (None, Some(n)) if first.is_empty() => Asked::Part(len.saturating_sub(n)..len),
        _ => Asked::Whole,
    }
}

/// A number of digits alone; one that is too large is as large as can be.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_part_is_found_and_anything_else_is_the_whole() {
        for (range, expected) in [
            ("bytes=0-0", Asked::Part(0..1)),
            ("bytes=0-9", Asked::Part(0..10)),
            ("Bytes=3-", Asked::Part(3..10)),
            ("bytes= 3-5 ", Asked::Part(3..6)),
            ("bytes=-3", Asked::Part(7..10)),
            ("bytes=-100", Asked::Part(0..10)),
            ("bytes=9-100", Asked::Part(9..10)),
            ("bytes=0-18446744073709551615", Asked::Part(0..10)),
            ("bytes=0-99999999999999999999999", Asked::Part(0..10)),
            ("bytes=10-", Asked::Nothing),
            ("bytes=10-20", Asked::Nothing),
            ("bytes=99999999999999999999999-", Asked::Nothing),
            ("bytes=-0", Asked::Nothing),
            ("bytes=5-3", Asked::Whole),
            ("bytes=0-1,3-4", Asked::Whole),
            ("bytes=0-1,", Asked::Whole),
            ("bytes=-", Asked::Whole),
            ("bytes=--3", Asked::Whole),
            ("bytes=+1-3", Asked::Whole),
            ("bytes=1-x", Asked::Whole),
            ("bytes=10-x", Asked::Whole),
            ("bytes=", Asked::Whole),
            ("bytes", Asked::Whole),
            ("lines=0-3", Asked::Whole),
            ("", Asked::Whole),
        ] {
            assert_eq!(read(range, 10), expected, "{range:?}");
        }
        assert_eq!(read("bytes=0-", 0), Asked::Whole);
    }
}
