//! A path, eight bytes at a time.
//!
//! A word holds the bytes of a path from some place on, the first in its lowest byte. Past the end of the
//! path it holds slashes. So the end of a path looks like the end of a segment, and the bytes of a segment up
//! to *and including* its slash, its key, differ from those of every other segment: lengths need not be
//! compared.

/// A word past the end of a path.
pub(crate) const SLASHES: u64 = ONES * b'/' as u64;

const ONES: u64 = 0x0101_0101_0101_0101;
const TOPS: u64 = 0x8080_8080_8080_8080;

/// The word at the beginning of `rest`, which is what is left of `path`.
#[inline(always)]
pub(crate) fn word(rest: &[u8], path: &[u8]) -> u64 {
    match rest.first_chunk() {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => last_word(rest, path),
    }
}

/// Like [`word`], where less than a word is left: it is the path's last eight bytes, shifted.
#[inline(always)]
fn last_word(rest: &[u8], path: &[u8]) -> u64 {
    let bits = 8 * (rest.len() & 7);
    let bytes = match path.last_chunk() {
        Some(bytes) => u64::from_le_bytes(*bytes) >> 8 >> (56 - bits),
        None => {
            let mut bytes = [0; 8];
            bytes[..rest.len()].copy_from_slice(rest);
            u64::from_le_bytes(bytes)
        }
    };
    bytes | SLASHES << bits
}

/// How many bytes the first segment of `rest` has.
#[inline(always)]
pub(crate) fn segment_len(rest: &[u8], path: &[u8]) -> usize {
    match marks(word(rest, path)) {
        0 => long_segment_len(rest),
        marks => first(marks),
    }
}

/// Like [`segment_len`], for a segment of at least eight bytes. Most are shorter, and a lookup is a tenth
/// faster when it need not keep registers free for this.
#[cold]
#[inline(never)]
pub(crate) fn long_segment_len(rest: &[u8]) -> usize {
    let mut n = 8;
    while let Some(bytes) = rest.get(n..).and_then(|rest| rest.first_chunk()) {
        match marks(u64::from_le_bytes(*bytes)) {
            0 => n += 8,
            marks => return n + first(marks),
        }
    }
    rest.get(n..).map_or(n, |left| n + first(marks(last_word(left, rest))))
}

/// Has its lowest bit in the byte of the first slash; zero where there is none.
#[inline(always)]
pub(crate) fn marks(word: u64) -> u64 {
    let zeroed = word ^ SLASHES;
    // Marks the bytes that are zero now. A byte marked in error can only be above a true mark.
    zeroed.wrapping_sub(ONES) & !zeroed & TOPS
}

/// The place of the first slash.
#[inline(always)]
pub(crate) fn first(marks: u64) -> usize {
    (marks.trailing_zeros() / 8) as usize
}

/// The bytes up to and including the first slash, or all when there is none; the others are zero.
#[inline(always)]
pub(crate) fn key(word: u64, marks: u64) -> u64 {
    word & (marks ^ marks.wrapping_sub(1))
}

/// A number whose top bits differ for most keys that differ.
#[inline(always)]
pub(crate) fn hash(key: u64) -> u64 {
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    key.wrapping_mul(SPREAD)
}

/// The one bit of 64 that stands for this key (and for others).
pub(crate) fn mark_of(key: u64) -> u64 {
    1 << (hash(key) >> 58)
}

/// How many bytes a key has.
pub(crate) fn key_len(key: u64) -> u8 {
    match marks(key) {
        0 => 8,
        marks => first(marks) as u8 + 1,
    }
}

/// The keys that a text consists of, the last of them with a slash.
pub(crate) fn keys(text: &[u8]) -> impl Iterator<Item = u64> {
    debug_assert!(!text.contains(&b'/'), "a segment has no slash");
    let key_at = |at: usize| {
        let word = word(text.get(at..)?, text);
        Some(key(word, marks(word)))
    };
    (0..).step_by(8).map_while(key_at)
}

/// Its ASCII letters in lower case.
#[inline(always)]
pub(crate) fn lower(word: u64) -> u64 {
    // Of the lower seven bits of each byte: is it at least `A`, and is it beyond `Z`?
    let low = word & !TOPS;
    let from_a = low + ONES * (0x80 - b'A' as u64);
    let beyond_z = low + ONES * (0x7f - b'Z' as u64);
    word | (from_a & !beyond_z & !word & TOPS) >> 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;
    use std::vec::Vec;

    #[test]
    fn finds_the_end_of_every_segment() {
        // Lengths around the words' ends, before and after, with and without a slash.
        for before in 0..20 {
            for len in 0..40 {
                for after in 0..20 {
                    let mut path: String = "x".repeat(before);
                    let segment: String = (0..len).map(|i| char::from(b'a' + i % 26)).collect();
                    path += &segment;
                    if after > 0 {
                        path.push('/');
                        path += &"y".repeat(after - 1);
                    }
                    let path = path.as_bytes();
                    assert_eq!(segment_len(&path[before..], path), segment.len());
                    let mut at = before;
                    for wanted in keys(segment.as_bytes()) {
                        let word = word(&path[at..], path);
                        assert_eq!(key(word, marks(word)), wanted, "{segment} at {before}");
                        at += usize::from(key_len(wanted));
                    }
                    assert_eq!(at, before + segment.len() + 1);
                }
            }
        }
    }

    #[test]
    fn marks_the_first_slash_whatever_follows_it() {
        for (text, place) in [(b"abc/0./g", 3), (b"/0abcdef", 0), (b"abcdefg/", 7)] {
            assert_eq!(first(marks(u64::from_le_bytes(*text))), place);
        }
        assert_eq!(marks(u64::from_le_bytes(*b"abc.0123")), 0);
    }

    #[test]
    fn a_path_is_followed_by_slashes() {
        for path in ["", "a", "/abcdef", "/abcdefg", "/abcdefgh"] {
            let padded: Vec<u8> = path.bytes().chain([b'/'; 8]).collect();
            for at in 0..=path.len() {
                let wanted = padded[at..].first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
                let path = path.as_bytes();
                assert_eq!(Some(word(&path[at..], path)), wanted, "{path:?} at {at}");
            }
        }
    }

    #[test]
    fn lower_case_is_that_of_every_byte() {
        for byte in 0..=u8::MAX {
            let word = u64::from_le_bytes([byte, b'A', byte, byte, 0xff, byte, b'z', byte]);
            let bytes = word.to_le_bytes().map(|byte| byte.to_ascii_lowercase());
            assert_eq!(lower(word), u64::from_le_bytes(bytes), "{byte}");
        }
    }
}
