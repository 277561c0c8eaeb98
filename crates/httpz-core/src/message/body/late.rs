//! Reads a body that did not come with its head: a counted one straight to its place, one in chunks by
//! way of a buffer.

use std::cell::Cell;
use std::io;
use std::task::{Context, Poll, ready};

use crate::proto::{Decoder, Framing, ProtocolError};
use crate::wire::{Paused, Wait, Wire};

/// Bytes read at a time where they cannot go straight to their place.
const SCRATCH: usize = 64 * 1024;

thread_local! {
    /// What they are read into. It is only used within one call, so one per worker is enough.
    static SCRATCHPAD: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// How far memory first grows for a body whose length is known.
const FIRST: usize = 16 * 1024;

/// A body must make this much progress within each `Timeouts::body`.
const PROGRESS: usize = 16 * 1024;

/// The state of a body that is read after its head.
#[derive(Debug, Default)]
pub(super) struct Late {
    pub(super) decoder: Option<Decoder>,
    /// Initialised memory; the first `n` bytes are body.
    pub(super) store: Vec<u8>,
    pub(super) n: usize,
    /// What was read beyond the body's end.
    pub(super) behind: Vec<u8>,
    /// How much of that the inbound buffer can take over.
    pub(super) room: usize,
    progress: usize,
    /// Has anything been read beyond what came with the head?
    pub(super) begun: bool,
    /// How many bytes it may have.
    pub(super) limit: u64,
    /// The wait for the next piece, stopped when the last one was handed out.
    pub(super) paused: Option<Paused>,
}

impl Late {
    /// Forgets the body before this one, but keeps its memory.
    pub(super) fn restart(&mut self) {
        self.decoder = None;
        self.n = 0;
        self.behind.clear();
        self.progress = 0;
        self.begun = false;
        self.paused = None;
    }

    /// Decodes what came with the head and returns how much of it belonged to the body.
    pub(super) fn take_first(
        &mut self,
        framing: Framing,
        limit: u64,
        input: &[u8],
    ) -> Result<usize, ProtocolError> {
        let mut decoder = Decoder::new(framing, limit)?;
        let n = self.take_in(&mut decoder, input, true)?;
        self.decoder = Some(decoder);
        Ok(n)
    }

    pub(super) fn is_done(&self) -> bool {
        self.decoder.as_ref().is_none_or(Decoder::is_done)
    }

    /// Swaps `buf` for the memory with what has been decoded; tells how many bytes that is.
    pub(super) fn hand_out(&mut self, buf: &mut Vec<u8>) -> usize {
        if self.n > 0 {
            std::mem::swap(&mut self.store, buf);
        }
        std::mem::take(&mut self.n)
    }

    /// Starts the deadline of the next piece, or goes on with what it had left.
    pub(super) fn watch(&mut self, wire: &dyn Wire) {
        if wire.waiting() != Wait::Body {
            match self.paused.take() {
                Some(paused) => wire.resume(paused),
                None => wire.wait(Wait::Body),
            }
        }
    }

    /// Decodes `input` and returns how much of it belonged to the body.
    fn take_in(
        &mut self,
        decoder: &mut Decoder,
        input: &[u8],
        keep: bool,
    ) -> Result<usize, ProtocolError> {
        let mut at = 0;
        while at < input.len() && !decoder.is_done() {
            let piece = decoder.next(&input[at..])?;
            at += piece.consumed;
            if keep {
                self.store.truncate(self.n);
                self.store.extend_from_slice(piece.data);
                self.n = self.store.len();
            }
        }
        Ok(at)
    }

    /// One read; returns how many bytes it gave.
    pub(super) fn poll_step(
        &mut self,
        cx: &mut Context<'_>,
        wire: &dyn Wire,
        keep: bool,
    ) -> Poll<Result<usize, ProtocolError>> {
        self.begun = true;
        let Some(mut decoder) = self.decoder.take() else { return Poll::Ready(Ok(0)) };
        let step = match decoder.remaining() {
            left @ 1.. if keep => self.poll_counted(cx, wire, &mut decoder, left),
            left => self.poll_scratch(cx, wire, &mut decoder, left, keep),
        };
        self.decoder = Some(decoder);
        let n = ready!(step)?;
        self.progress += n;
        if self.progress >= PROGRESS {
            self.progress = 0;
            wire.wait(Wait::Body);
        }
        Poll::Ready(Ok(n))
    }

    /// Straight to its place: what is left of a counted body is known.
    fn poll_counted(
        &mut self,
        cx: &mut Context<'_>,
        wire: &dyn Wire,
        decoder: &mut Decoder,
        left: u64,
    ) -> Poll<Result<usize, ProtocolError>> {
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        if self.store.len() == self.n {
            // Doubling: memory follows what has come, not what was announced.
            let more = left.min(self.n.max(FIRST));
            self.store.resize(self.n + more, 0);
        }
        let room = &mut self.store[self.n..];
        let room_len = room.len().min(left);
        let n = ready!(poll_some(cx, wire, &mut room[..room_len]))?;
        decoder.next(&self.store[self.n..self.n + n])?;
        self.n += n;
        Poll::Ready(Ok(n))
    }

    /// By way of the scratchpad: chunks, and what is thrown away.
    fn poll_scratch(
        &mut self,
        cx: &mut Context<'_>,
        wire: &dyn Wire,
        decoder: &mut Decoder,
        left: u64,
        keep: bool,
    ) -> Poll<Result<usize, ProtocolError>> {
        let mut scratch = SCRATCHPAD.take();
        scratch.resize(SCRATCH, 0);
        // A counted body is never read beyond its end. One in chunks may be, but no further than the
        // inbound buffer can take over afterwards.
        let room = if left > 0 { usize::try_from(left).unwrap_or(usize::MAX) } else { self.room };
        let room = room.min(SCRATCH);
        let step = poll_some(cx, wire, &mut scratch[..room]).map(|got| {
            let n = got?;
            let taken = self.take_in(decoder, &scratch[..n], keep)?;
            self.behind.extend_from_slice(&scratch[taken..n]);
            Ok(n)
        });
        SCRATCHPAD.set(scratch);
        step
    }
}

/// A read that must give something.
fn poll_some(
    cx: &mut Context<'_>,
    wire: &dyn Wire,
    room: &mut [u8],
) -> Poll<Result<usize, ProtocolError>> {
    Poll::Ready(match ready!(wire.poll_read(cx, room)) {
        Ok(n) if n > 0 => Ok(n),
        Err(error) if error.kind() == io::ErrorKind::TimedOut => Err(ProtocolError::BodyLate),
        _ => Err(ProtocolError::CutShort),
    })
}
