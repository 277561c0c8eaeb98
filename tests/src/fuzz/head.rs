//! Is a head read as a plain reader reads it, however it is cut and wherever it stands?

use std::collections::BTreeSet;

use httpz_core::proto::{Framing, Head, Limits, ProtocolError};

use super::{cuts, reference};

/// Small, so that the limits are met.
const LIMITS: Limits = Limits { head: 512, target: 64, fields: 8, body: 1024, query_pairs: 4 };

/// Bytes that stand before the head in its buffer.
const BASE: usize = 3;

/// Parses, and compares.
///
/// # Panics
///
/// When it differs from the plain reading or depends on the cuts.
pub fn run(input: &[u8]) {
    let expected = reference::head(input, &LIMITS);
    let first = parse(&[input]);
    judge(&first, &expected);
    for pieces in cuts::plans(input) {
        assert_eq!(parse(&pieces), first, "{} pieces", pieces.len());
    }
}

fn judge(
    read: &Result<Option<reference::Head>, u16>,
    expected: &Result<Option<reference::Head>, BTreeSet<u16>>,
) {
    match (read, expected) {
        (Ok(read), Ok(expected)) => assert_eq!(read, expected),
        // What is wrong already may be refused before the head is whole.
        (Err(_), Ok(None)) => {}
        (Err(status), Err(statuses)) => {
            assert!(statuses.contains(status), "{status}, not one of {statuses:?}");
        }
        // A length over the limit is refused after the head; a path is decoded there.
        (Ok(Some(_)), Err(statuses)) => {
            assert!(statuses.iter().all(|s| [400, 413].contains(s)), "{read:?}, {statuses:?}");
        }
        _ => panic!("{read:?}, not {expected:?}"),
    }
}

/// Feeds the pieces as they would arrive in a buffer of `LIMITS.head` bytes.
fn parse(pieces: &[&[u8]]) -> Result<Option<reference::Head>, u16> {
    let (mut head, mut buffer) = (Head::default(), vec![b'x'; BASE]);
    for (i, piece) in pieces.iter().enumerate() {
        buffer.extend_from_slice(piece);
        buffer.truncate(BASE + LIMITS.head);
        let at_end = i + 1 == pieces.len();
        if head.parse(&buffer[BASE..], BASE, &LIMITS, at_end).map_err(ProtocolError::status)? {
            return Ok(Some(told(&head, &buffer)));
        }
    }
    Ok(None)
}

fn told(head: &Head, buffer: &[u8]) -> reference::Head {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let fields = head.fields.iter(buffer);
    reference::Head {
        asked: reference::Asked {
            method: head.method.to_string(),
            target: text(head.target.raw.of_bytes(buffer)),
            fields: fields.map(|(n, v)| (text(n).to_ascii_lowercase(), v.to_vec())).collect(),
            body: Vec::new(),
        },
        length: match head.framing {
            Framing::Empty => Some(0),
            Framing::Counted(n) => Some(n),
            Framing::Chunked => None,
        },
        persists: head.persists,
        len: head.len,
    }
}
