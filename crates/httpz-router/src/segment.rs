//! A segment of a path as two words and a length, made while its end is looked for.
//!
//! These few lines are most of what a lookup does, and they pay only when they are part of the walk:
//! hence `inline(always)`, which took a fifth off a lookup.

/// Eight bytes of a text, as a number; less than eight are followed by zeros.
#[inline(always)]
fn word(text: &[u8], at: usize) -> u64 {
    match text.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => last_word(text, at),
    }
}

/// The bytes from `at`, of which there are fewer than eight. A text of eight bytes or more is read
/// from its end, so that the bytes come as one word, and shifted.
#[inline(always)]
fn last_word(text: &[u8], at: usize) -> u64 {
    let n = text.len().saturating_sub(at);
    if n == 0 {
        return 0;
    }
    match text.last_chunk() {
        Some(bytes) => u64::from_le_bytes(*bytes) >> (8 * (8 - n)),
        None => text[at..].iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

/// The place of the first slash among eight bytes; 8 when there is none.
#[inline(always)]
fn slash(word: u64) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    let zeroed = word ^ (ONES * b'/' as u64);
    // Marks the zero bytes; what it may mark in error stands behind a true mark.
    ((zeroed.wrapping_sub(ONES) & !zeroed & TOPS).trailing_zeros() / 8) as usize
}

/// Where the segment of `path` that begins at `at` ends.
#[inline]
pub(crate) fn end(path: &[u8], mut at: usize) -> usize {
    loop {
        let n = slash(word(path, at));
        at += n;
        if n < 8 {
            return at;
        }
        if at >= path.len() {
            return path.len();
        }
    }
}

/// A segment: where it ends, and enough of it to tell it from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) at: usize,
    pub(crate) end: usize,
    /// Its first eight bytes.
    pub(crate) head: u64,
    /// Its last eight bytes; zero when the head has it all.
    pub(crate) tail: u64,
}

impl Piece {
    /// The segment of `path` that begins at `at`, which is at most the path's length.
    #[inline(always)]
    pub(crate) fn read(path: &[u8], at: usize) -> Self {
        let first = word(path, at);
        let n = slash(first);
        if n < 8 {
            let head = first & ((1 << (8 * n)) - 1);
            return Self { at, end: at + n, head, tail: 0 };
        }
        if path.len() - at <= 8 {
            return Self { at, end: path.len(), head: first, tail: 0 };
        }
        Self::read_long(path, at, first)
    }

    /// More than eight bytes, or exactly eight and a slash.
    #[inline(always)]
    fn read_long(path: &[u8], at: usize, head: u64) -> Self {
        let mut end = at + 8;
        loop {
            let n = slash(word(path, end));
            end += n;
            if n < 8 || end >= path.len() {
                break;
            }
        }
        let end = end.min(path.len());
        let tail = if end - at > 8 { word(path, end - 8) } else { 0 };
        Self { at, end, head, tail }
    }

    /// The segment that a pattern's text is.
    pub(crate) fn of(text: &str) -> Self {
        debug_assert!(!text.contains('/'), "a segment has no slash");
        Self::read(text.as_bytes(), 0)
    }

    /// A whole path, taken as if it were one segment.
    #[inline(always)]
    pub(crate) fn whole(path: &[u8]) -> Self {
        let end = path.len();
        let tail = if end > 8 { word(path, end - 8) } else { 0 };
        Self { at: 0, end, head: word(path, 0), tail }
    }

    /// How many bytes it has.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.end - self.at
    }

    /// The same with its ASCII letters in lower case.
    #[inline]
    pub(crate) fn lower(self) -> Self {
        Self { head: lower(self.head), tail: lower(self.tail), ..self }
    }

    /// A number that differs for most segments that differ.
    #[inline(always)]
    pub(crate) fn hash(&self) -> u64 {
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        let mixed = self.head ^ self.tail.rotate_left(29) ^ self.len() as u64;
        mixed.wrapping_mul(SPREAD)
    }
}

/// Eight bytes with their ASCII letters in lower case.
#[inline]
fn lower(word: u64) -> u64 {
    u64::from_le_bytes(word.to_le_bytes().map(|byte| byte.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    #[test]
    fn finds_the_end_of_every_segment() {
        // Lengths around the words' ends, before and behind, with and without a slash.
        for before in 0..20 {
            for len in 0..40 {
                for behind in 0..20 {
                    let mut path: String = "x".repeat(before);
                    let segment: String = (0..len).map(|i| char::from(b'a' + i % 26)).collect();
                    path += &segment;
                    if behind > 0 {
                        path.push('/');
                        path += &"y".repeat(behind - 1);
                    }
                    let piece = Piece::read(path.as_bytes(), before);
                    assert_eq!((piece.at, piece.end), (before, before + segment.len()), "{path}");
                    let alone = Piece::of(&segment);
                    assert_eq!((piece.head, piece.tail), (alone.head, alone.tail), "{path}");
                    assert_eq!(piece.hash(), alone.hash(), "{path}");
                }
            }
        }
    }

    #[test]
    fn marks_only_the_first_slash() {
        assert_eq!(slash(u64::from_le_bytes(*b"abc/e/gh")), 3);
        assert_eq!(slash(u64::from_le_bytes(*b"/0abcdef")), 0);
        assert_eq!(slash(u64::from_le_bytes(*b"abc.0123")), 8);
    }
}
