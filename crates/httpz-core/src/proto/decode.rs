//! Which of the bytes after a head are body (RFC 9112 §6.2, §7.1)?
//!
//! A [`Decoder`] is fed whatever has arrived and hands out pieces of it that are body; it copies
//! nothing and remembers only where it is. The chunked states:
//!
//! ```text
//!  Size ──;──► Extension ──┐
//!   │CR                    │CR
//!   ▼                      │
//!  SizeEnd ◄───────────────┘
//!   │LF, size > 0          │LF, size = 0
//!   ▼                      ▼
//!  Data ─► DataCr ─CR─► DataLf ─LF─► Size
//!                          Line ─CR─► LastLf ─LF─► Done      (a blank line)
//!                           │token                           (a trailer)
//!                           ▼
//!                          Name ─:─► Value ─CR─► LineLf ─LF─► Line
//! ```
//!
//! Strict on purpose: no space after a size, no sign, no `0x`, no bare LF. Extensions and trailers
//! are skipped, and bounded together by [`MAX_OVERHEAD`]. Two things are refused rather than skipped: a
//! quoted string that is still open at the end of its line, because another reader may look for its end
//! in the lines that follow, and trailers that would change framing or routing.

use super::{Framing, ProtocolError, chars};

/// Bytes of chunk extensions and trailers that one body may have in all.
pub const MAX_OVERHEAD: usize = 8 * 1024;

/// Takes a body out of what was received, piece by piece.
#[derive(Clone, Debug)]
pub struct Decoder {
    state: State,
    /// Body bytes that may still come before the body is too large.
    allowance: u64,
    /// Bytes of extensions and trailers so far.
    overhead: usize,
    name: TrailerName,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Counted { left: u64 },
    Size { size: u64, digits: u8 },
    Extension { size: u64, quote: Quote },
    SizeEnd { size: u64 },
    Data { left: u64 },
    DataCr,
    DataLf,
    Line,
    Name,
    Value,
    LineLf,
    LastLf,
    Done,
}

/// Where we are in a chunk extension: inside a quoted string or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quote {
    Outside,
    Inside,
    /// Inside, right after a backslash.
    Escape,
}

impl Quote {
    fn after(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Inside, b'\\') => Self::Escape,
            (Self::Inside, b'"') => Self::Outside,
            (Self::Outside, b'"') | (Self::Escape, _) => Self::Inside,
            (quote, _) => quote,
        }
    }
}

/// A piece of decoded body and how much of the input it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'b> {
    /// Input bytes that are dealt with.
    pub consumed: usize,
    /// The body bytes among them; empty when they were all framing.
    pub data: &'b [u8],
}

impl Decoder {
    /// A decoder for a body that may have `limit` bytes.
    ///
    /// # Errors
    ///
    /// `BodyTooLarge` at once when the length is declared and over the limit.
    pub fn new(framing: Framing, limit: u64) -> Result<Self, ProtocolError> {
        let state = match framing {
            Framing::Empty => State::Done,
            Framing::Counted(length) if length > limit => return Err(ProtocolError::BodyTooLarge),
            Framing::Counted(left) => State::Counted { left },
            Framing::Chunked => State::Size { size: 0, digits: 0 },
        };
        Ok(Self { state, allowance: limit, overhead: 0, name: TrailerName::default() })
    }

    /// Has the whole body been read?
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Body bytes that are known to follow: all that are left of a counted body, else zero.
    pub fn remaining(&self) -> u64 {
        match self.state {
            State::Counted { left } => left,
            _ => 0,
        }
    }

    /// The next piece of body in `input`. Call again with what was not consumed, until nothing is
    /// left or the body is done; bytes after the body are never consumed.
    ///
    /// # Errors
    ///
    /// `BadChunk` when the framing is malformed, `BodyTooLarge` as soon as a chunk announces more than
    /// the limit has left.
    pub fn next<'b>(&mut self, input: &'b [u8]) -> Result<Piece<'b>, ProtocolError> {
        let mut at = 0;
        while at < input.len() {
            match self.state {
                State::Done => break,
                State::Counted { left } => {
                    let (data, left) = take(&input[at..], left);
                    self.state = if left == 0 { State::Done } else { State::Counted { left } };
                    return Ok(Piece { consumed: at + data.len(), data });
                }
                State::Data { left } => {
                    let (data, left) = take(&input[at..], left);
                    self.state = if left == 0 { State::DataCr } else { State::Data { left } };
                    return Ok(Piece { consumed: at + data.len(), data });
                }
                state => self.state = self.framing_byte(state, input[at])?,
            }
            at += 1;
        }
        Ok(Piece { consumed: at, data: &[] })
    }

    fn framing_byte(&mut self, state: State, byte: u8) -> Result<State, ProtocolError> {
        const BAD: ProtocolError = ProtocolError::BadChunk;
        Ok(match (state, byte) {
            (State::Size { size, digits }, _) if byte.is_ascii_hexdigit() => {
                // Sixteen digits fill a u64; more could only be leading zeros, which nobody sends.
                let digit = char::from(byte).to_digit(16).ok_or(BAD)?;
                if digits == 16 {
                    return Err(BAD);
                }
                State::Size { size: size << 4 | u64::from(digit), digits: digits + 1 }
            }
            (State::Size { size, digits: 1.. }, b'\r') => State::SizeEnd { size },
            (State::Size { size, digits: 1.. }, b';') => {
                self.spend(1)?;
                State::Extension { size, quote: Quote::Outside }
            }
            (State::Extension { size, quote: Quote::Outside }, b'\r') => State::SizeEnd { size },
            (State::Extension { size, quote }, _) if chars::VALUE[byte as usize] => {
                self.spend(1)?;
                State::Extension { size, quote: quote.after(byte) }
            }
            (State::SizeEnd { size: 0 }, b'\n') => State::Line,
            (State::SizeEnd { size }, b'\n') => {
                self.allowance =
                    self.allowance.checked_sub(size).ok_or(ProtocolError::BodyTooLarge)?;
                State::Data { left: size }
            }
            (State::DataCr, b'\r') => State::DataLf,
            (State::DataLf, b'\n') => State::Size { size: 0, digits: 0 },
            (State::Line, b'\r') => State::LastLf,
            (State::LastLf, b'\n') => State::Done,
            (State::Line, _) if chars::TOKEN[byte as usize] => {
                self.spend(1)?;
                self.name = TrailerName::default();
                self.name.push(byte);
                State::Name
            }
            (State::Name, b':') if !self.name.is_forbidden() => State::Value,
            (State::Name, _) if chars::TOKEN[byte as usize] => {
                self.spend(1)?;
                self.name.push(byte);
                State::Name
            }
            (State::Value, b'\r') => State::LineLf,
            (State::Value, _) if chars::VALUE[byte as usize] => {
                self.spend(1)?;
                State::Value
            }
            (State::LineLf, b'\n') => State::Line,
            _ => return Err(BAD),
        })
    }

    fn spend(&mut self, bytes: usize) -> Result<(), ProtocolError> {
        self.overhead += bytes;
        if self.overhead > MAX_OVERHEAD { Err(ProtocolError::BadChunk) } else { Ok(()) }
    }
}

/// As much of `input` as belongs to `left`, and what is left after it.
fn take(input: &[u8], left: u64) -> (&[u8], u64) {
    let n = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
    (&input[..n], left - n as u64)
}

/// The name of the trailer being read, as far as it is needed to know the forbidden ones.
#[derive(Clone, Debug, Default)]
struct TrailerName {
    bytes: [u8; 20],
    len: usize,
}

impl TrailerName {
    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = byte.to_ascii_lowercase();
        }
        self.len += 1;
    }

    /// RFC 9110 §6.5.1: trailers cannot frame, route or control the request they follow.
    fn is_forbidden(&self) -> bool {
        const FORBIDDEN: [&[u8]; 9] = [
            b"content-length",
            b"transfer-encoding",
            b"host",
            b"connection",
            b"trailer",
            b"te",
            b"upgrade",
            b"expect",
            b"authorization",
        ];
        self.bytes.get(..self.len).is_some_and(|name| FORBIDDEN.contains(&name))
    }
}

#[cfg(test)]
mod tests;
