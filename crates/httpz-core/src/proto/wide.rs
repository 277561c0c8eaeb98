//! Sixteen bytes at a time: which of them is the first that may not stand in a value, in a name?
//!
//! On x86-64 with the vector instructions that every such processor has, elsewhere byte by byte
//! with the tables of `chars`. The answer is the same; a test asks both about every byte.

#[cfg(target_arch = "x86_64")]
pub(super) use vector::{first_control, first_outside_name, first_outside_path, host_len};

#[cfg(not(target_arch = "x86_64"))]
pub(super) use plain::{first_control, first_outside_name, first_outside_path, host_len};

/// How many bytes are looked at together.
pub(super) const WIDTH: usize = 16;

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "calls into vector instructions that every x86-64 processor has")]
mod vector {
    use std::arch::x86_64::{
        __m128i, _mm_and_si128, _mm_cmpeq_epi8, _mm_cmpgt_epi8, _mm_cmplt_epi8, _mm_min_epu8,
        _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8,
    };

    use super::WIDTH;

    /// Loads two halves, of which the compiler makes one load.
    #[inline]
    #[target_feature(enable = "sse2")]
    fn load(bytes: &[u8; WIDTH]) -> __m128i {
        let word = u128::from_le_bytes(*bytes);
        _mm_set_epi64x((word >> 64) as i64, word as i64)
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn all(byte: u8) -> __m128i {
        _mm_set1_epi8(byte as i8)
    }

    /// The place of the first byte that is marked; 16 when none is.
    #[inline]
    #[target_feature(enable = "sse2")]
    fn first(marked: __m128i) -> usize {
        (_mm_movemask_epi8(marked) as u32 | 1 << WIDTH).trailing_zeros() as usize
    }

    /// The place of the first byte that is not marked; 16 when all are.
    #[inline]
    #[target_feature(enable = "sse2")]
    fn first_not(marked: __m128i) -> usize {
        (!_mm_movemask_epi8(marked) as u32).trailing_zeros() as usize
    }

    /// The first byte below 0x20 or equal to 0x7f.
    #[inline]
    pub(in super::super) fn first_control(bytes: &[u8; WIDTH]) -> usize {
        // SAFETY: SSE2 is part of the x86-64 architecture; there is no processor without it.
        unsafe { first_control_sse2(bytes) }
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn first_control_sse2(bytes: &[u8; WIDTH]) -> usize {
        let v = load(bytes);
        let low = _mm_cmpeq_epi8(_mm_min_epu8(v, all(0x1f)), v);
        first(_mm_or_si128(low, _mm_cmpeq_epi8(v, all(0x7f))))
    }

    /// The first byte that is no letter, digit or `-`: rarer name characters are left to others.
    #[inline]
    pub(in super::super) fn first_outside_name(bytes: &[u8; WIDTH]) -> usize {
        // SAFETY: SSE2 is part of the x86-64 architecture; there is no processor without it.
        unsafe { first_outside_name_sse2(bytes) }
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn first_outside_name_sse2(bytes: &[u8; WIDTH]) -> usize {
        let v = load(bytes);
        first_not(_mm_or_si128(word_characters(v), _mm_cmpeq_epi8(v, all(b'-'))))
    }

    /// How many bytes at the front are a host: a name of letters, digits, `-` and `.`, perhaps with a
    /// port. Rarer hosts are left to others.
    #[inline]
    pub(in super::super) fn host_len(bytes: &[u8; WIDTH]) -> usize {
        // SAFETY: SSE2 is part of the x86-64 architecture; there is no processor without it.
        unsafe { host_len_sse2(bytes) }
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn host_len_sse2(bytes: &[u8; WIDTH]) -> usize {
        let v = load(bytes);
        // `-` and `.` stand side by side.
        let marks =
            _mm_and_si128(_mm_cmpgt_epi8(v, all(b'-' - 1)), _mm_cmplt_epi8(v, all(b'.' + 1)));
        let name_len = first_not(_mm_or_si128(word_characters(v), marks));
        if name_len == 0 || bytes.get(name_len) != Some(&b':') {
            return name_len;
        }
        // Only the bytes after the colon count. The bits from the sixteenth on are set, so one is found.
        let others = !_mm_movemask_epi8(digits(v)) as u32 & !1 << name_len;
        others.trailing_zeros() as usize
    }

    /// The first byte that is below `(` or not ASCII, or one of ``<=>?\` `` and DEL; the caller looks at
    /// it more closely.
    #[inline]
    pub(in super::super) fn first_outside_path(bytes: &[u8; WIDTH]) -> usize {
        // SAFETY: SSE2 is part of the x86-64 architecture; there is no processor without it.
        unsafe { first_outside_path_sse2(bytes) }
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn first_outside_path_sse2(bytes: &[u8; WIDTH]) -> usize {
        let v = load(bytes);
        let is = |byte: u8| _mm_cmpeq_epi8(v, all(byte));
        // The comparison is signed: a byte from 0x80 on is below all others.
        let low = _mm_cmplt_epi8(v, all(b'('));
        // `<`, `=`, `>` and `?` differ in two bits.
        let angle = _mm_cmpeq_epi8(_mm_or_si128(v, all(3)), all(b'?'));
        let others = _mm_or_si128(is(0x7f), _mm_or_si128(is(b'\\'), is(b'`')));
        first(_mm_or_si128(_mm_or_si128(low, angle), others))
    }

    /// Letters and digits. The comparisons are signed: a byte from 0x80 on is below all of them.
    #[inline]
    #[target_feature(enable = "sse2")]
    fn word_characters(v: __m128i) -> __m128i {
        let lower = _mm_or_si128(v, all(0x20));
        let letter = _mm_and_si128(
            _mm_cmpgt_epi8(lower, all(b'a' - 1)),
            _mm_cmplt_epi8(lower, all(b'z' + 1)),
        );
        _mm_or_si128(letter, digits(v))
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn digits(v: __m128i) -> __m128i {
        _mm_and_si128(_mm_cmpgt_epi8(v, all(b'0' - 1)), _mm_cmplt_epi8(v, all(b'9' + 1)))
    }
}

#[cfg(any(test, not(target_arch = "x86_64")))]
mod plain {
    use super::WIDTH;

    fn first(bytes: &[u8; WIDTH], marked: impl Fn(u8) -> bool) -> usize {
        bytes.iter().position(|&byte| marked(byte)).unwrap_or(WIDTH)
    }

    pub(in super::super) fn first_control(bytes: &[u8; WIDTH]) -> usize {
        first(bytes, |byte| byte < 0x20 || byte == 0x7f)
    }

    pub(in super::super) fn first_outside_name(bytes: &[u8; WIDTH]) -> usize {
        first(bytes, |byte| !byte.is_ascii_alphanumeric() && byte != b'-')
    }

    pub(in super::super) fn host_len(bytes: &[u8; WIDTH]) -> usize {
        let name_len = first(bytes, |byte| !byte.is_ascii_alphanumeric() && !b"-.".contains(&byte));
        if name_len == 0 || bytes.get(name_len) != Some(&b':') {
            return name_len;
        }
        let port = &bytes[name_len + 1..];
        name_len + 1 + port.iter().take_while(|byte| byte.is_ascii_digit()).count()
    }

    pub(in super::super) fn first_outside_path(bytes: &[u8; WIDTH]) -> usize {
        let may_stand = |byte| matches!(byte, b'('..0x7f) && !b"<=>?\\`".contains(&byte);
        first(bytes, |byte| !may_stand(byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_answer_alike() {
        type Ask = fn(&[u8; WIDTH]) -> usize;
        let pairs: [(Ask, Ask); 4] = [
            (first_control, plain::first_control),
            (first_outside_name, plain::first_outside_name),
            (first_outside_path, plain::first_outside_path),
            (host_len, plain::host_len),
        ];
        for byte in 0..=255u8 {
            for at in 0..WIDTH {
                for other in [b'a', b'Z', b'7', b'-', b':', 0x00, 0xff] {
                    let mut bytes = [b'0'; WIDTH];
                    bytes[at] = byte;
                    bytes[(at + 3) % WIDTH] = other;
                    for (one, two) in pairs {
                        assert_eq!(one(&bytes), two(&bytes), "{byte:#x} at {at}");
                    }
                }
            }
        }
        assert_eq!(pairs.map(|(one, _)| one(&[b'0'; WIDTH])), [WIDTH; 4]);
    }
}
