//! Is a chunked body read as a plain reader reads it, however it is cut?
//!
//! The input is the body as it stands on the wire, with what follows it.

use httpz_core::proto::{Decoder, Framing, ProtocolError};

use super::{cuts, reference};

/// Inputs to begin with.
pub const SEEDS: &[&[u8]] = &[
    b"0\r\n\r\n",
    b"3\r\nabc\r\n0\r\n\r\nGET",
    b"A;x=\"y\"\r\n0123456789\r\n0\r\nX-T: u\r\nY:\r\n\r\n",
    b"1\r\na\r\n00000000000000f\r\n0123456789abcde\r\n0;\r\n\r\n",
];

/// What chunks are made of.
pub const WORDS: &[&[u8]] = &[
    b"\r\n",
    b"\r",
    b"\n",
    b"\r\n\r\n",
    b"0\r\n",
    b"1\r\na\r\n",
    b";",
    b"=",
    b"\"",
    b" ",
    b"\t",
    b"0x1",
    b"+1",
    b"-1",
    b"ffffffffffffffff",
    b"10000000000000000",
    b"00000000000000001",
    b"\0",
    b"\x7f",
    b"Host: a\r\n",
    b"X: y\r\n",
    b"Content-Length: 3\r\n",
    b"Trailer:x\r\n",
    b" fold\r\n",
    b": x\r\n",
];

/// Small, so that the limit is met.
const LIMIT: u64 = 64;

/// Decodes, and compares.
///
/// # Panics
///
/// When it differs from the plain reading or depends on the cuts.
pub fn run(input: &[u8]) {
    let expected = reference::chunked(input, LIMIT);
    for pieces in cuts::plans(input) {
        let read = decode(&pieces).map_err(ProtocolError::status);
        assert_eq!(read, expected, "{} pieces", pieces.len());
    }
}

/// The body and how many bytes it took; an unfinished one is cut short.
fn decode(pieces: &[&[u8]]) -> Result<(Vec<u8>, usize), ProtocolError> {
    let mut decoder = Decoder::new(Framing::Chunked, LIMIT)?;
    let (mut body, mut taken) = (Vec::new(), 0);
    for piece in pieces {
        let mut rest = *piece;
        while !rest.is_empty() && !decoder.is_done() {
            let step = decoder.next(rest)?;
            assert!(step.consumed > 0, "no progress");
            body.extend_from_slice(step.data);
            taken += step.consumed;
            rest = &rest[step.consumed..];
        }
    }
    if decoder.is_done() { Ok((body, taken)) } else { Err(ProtocolError::CutShort) }
}
