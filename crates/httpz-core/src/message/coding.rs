//! A body that becomes another one while it leaves: what a content coding does.
//!
//! A [`Coder`] holds bytes back. The link has it while an answer is under way, so that the
//! connection can make it let go of them when the handler waits for anything: a piece leaves just when it would
//! without one. Whether there is one is decided in `response/recode.rs`.

use super::fault::ResponseFault;
use crate::proto::encode;

/// How much is coded before other connections have a turn: a millisecond's work, or less.
pub(super) const STRETCH: usize = 32 * 1024;

/// Makes pieces of one body out of those of another. All append to `out` what they let go of.
pub trait Coder {
    /// Takes a piece.
    fn push(&mut self, piece: &[u8], out: &mut Vec<u8>);

    /// Lets go of everything that it has taken.
    fn flush(&mut self, out: &mut Vec<u8>);

    /// Ends the body.
    fn end(&mut self, out: &mut Vec<u8>);
}

/// A body whose pieces are coded.
pub(crate) struct UnderWay {
    pub(super) coder: Box<dyn Coder>,
    /// Are the pieces chunks?
    pub(super) chunked: bool,
    /// Bytes that are still to come of the length that the handler has declared. It is that of the body before coding,
    /// so it is not sent; but a body that breaks off has broken off all the same.
    pub(super) left: Option<u64>,
    /// Is all of the body at hand, so that nobody waits for the pieces that were given?
    pub(super) is_whole: bool,
    /// Does the coder hold bytes back?
    pub(super) holds: bool,
    /// Bytes that were coded since others had a turn.
    pub(super) since: usize,
    pub(super) coded: Vec<u8>,
}

impl UnderWay {
    pub(super) fn push(&mut self, out: &mut Vec<u8>, piece: &[u8]) -> Result<(), ResponseFault> {
        if let Some(left) = &mut self.left {
            *left = left.checked_sub(piece.len() as u64).ok_or(ResponseFault::StreamTooLong)?;
        }
        self.holds = true;
        self.since += piece.len();
        self.put(out, |coder, out| coder.push(piece, out));
        Ok(())
    }

    /// Lets what is held back leave, because whoever sends the pieces waits.
    pub(super) fn settle(&mut self, out: &mut Vec<u8>) {
        if self.holds && !self.is_whole {
            self.holds = false;
            self.put(out, |coder, out| coder.flush(out));
        }
    }

    /// Have others waited long enough for a turn? They have one now.
    pub(super) fn owes_a_turn(&mut self) -> bool {
        let owes = self.since >= STRETCH;
        if owes {
            self.since = 0;
        }
        owes
    }

    pub(super) fn end(mut self, out: &mut Vec<u8>) -> Result<(), ResponseFault> {
        if self.left.is_some_and(|left| left > 0) {
            return Err(ResponseFault::StreamTooShort);
        }
        self.put(out, |coder, out| coder.end(out));
        if self.chunked {
            encode::last_chunk(out);
        }
        Ok(())
    }

    fn put(&mut self, out: &mut Vec<u8>, code: impl FnOnce(&mut dyn Coder, &mut Vec<u8>)) {
        code(&mut *self.coder, &mut self.coded);
        match self.chunked {
            true => encode::chunk(out, &self.coded),
            false => out.extend_from_slice(&self.coded),
        }
        self.coded.clear();
        self.coded.shrink_to(STRETCH);
    }
}
