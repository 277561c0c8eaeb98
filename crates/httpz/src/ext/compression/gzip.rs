//! The coder: what goes in comes out smaller, in the format of gzip (RFC 1952).
//!
//! An encoder takes 371 KiB, whatever its level, and to make one is a quarter of the work for a small answer. Each
//! thread keeps one, so that answers that are compressed one after the other share it; only bodies that are sent piece
//! by piece at the same time need one each, and how many of those there are is counted.

use std::cell::Cell;

use flate2::{Compress, FlushCompress, Status};
use httpz_core::message::coding::Coder;

/// How far back an encoder looks for what repeats, as a power of two: 32 KiB, the most that gzip knows.
const WINDOW_BITS: u8 = 15;

/// Room that is made for output at a time.
const ROOM: usize = 4 * 1024;

thread_local! {
    static SPARE: Cell<Option<Encoder>> = const { Cell::new(None) };
    /// How many [`Gzip`] there are on this thread.
    static UNDER_WAY: Cell<usize> = const { Cell::new(0) };
}

struct Encoder {
    level: u8,
    stream: Compress,
}

impl Encoder {
    fn with(level: u8) -> Self {
        match SPARE.take() {
            Some(mut spare) if spare.level == level => {
                spare.stream.reset();
                spare
            }
            _ => {
                let level_of_flate = flate2::Compression::new(level.into());
                Self { level, stream: Compress::new_gzip(level_of_flate, WINDOW_BITS) }
            }
        }
    }

    fn code(&mut self, mut piece: &[u8], how: FlushCompress, out: &mut Vec<u8>) {
        loop {
            out.reserve(ROOM);
            let before = self.stream.total_in();
            let status = self.stream.compress_vec(piece, out, how);
            let status = status.expect("an encoder that was not ended takes any bytes");
            piece = &piece[(self.stream.total_in() - before) as usize..];
            // With room left it has said everything that it has to say.
            let is_done = match how {
                FlushCompress::Finish => status == Status::StreamEnd,
                _ => piece.is_empty() && out.len() < out.capacity(),
            };
            if is_done {
                return;
            }
        }
    }
}

/// The whole of a body at once.
pub(super) fn whole(level: u8, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() / 2);
    let mut encoder = Encoder::with(level);
    encoder.code(body, FlushCompress::Finish, &mut out);
    SPARE.set(Some(encoder));
    out
}

/// A body piece by piece. The encoder is made for the first of them: an answer to HEAD needs none.
pub(super) struct Gzip {
    level: u8,
    encoder: Option<Encoder>,
}

impl Gzip {
    /// One more on this thread, if there are fewer than `most`.
    pub(super) fn within(most: usize, level: u8) -> Option<Self> {
        let n = UNDER_WAY.get();
        (n < most).then(|| {
            UNDER_WAY.set(n + 1);
            Self { level, encoder: None }
        })
    }

    fn code(&mut self, piece: &[u8], how: FlushCompress, out: &mut Vec<u8>) {
        let encoder = self.encoder.get_or_insert_with(|| Encoder::with(self.level));
        encoder.code(piece, how, out);
    }
}

impl Coder for Gzip {
    fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        self.code(piece, FlushCompress::None, out);
    }

    fn flush(&mut self, out: &mut Vec<u8>) {
        self.code(b"", FlushCompress::Sync, out);
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.code(b"", FlushCompress::Finish, out);
    }
}

impl Drop for Gzip {
    fn drop(&mut self) {
        let _ = UNDER_WAY.try_with(|n| n.set(n.get() - 1));
        if let Some(encoder) = self.encoder.take() {
            // When the thread ends there is nobody to keep it for.
            let _ = SPARE.try_with(|spare| spare.set(Some(encoder)));
        }
    }
}
