//! Which bytes may stand where (RFC 9110 §5.6, RFC 9112 §3.2).
//!
//! Tables of 256 entries, built at compile time: one load decides a byte.

/// A table that answers "may this byte stand here?".
pub type Table = [bool; 256];

/// Letters, digits and these.
const fn alphanumeric_and(extra: &[u8]) -> Table {
    let mut table = [false; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = (i as u8).is_ascii_alphanumeric();
        i += 1;
    }
    let mut i = 0;
    while i < extra.len() {
        table[extra[i] as usize] = true;
        i += 1;
    }
    table
}

const fn without(mut table: Table, bytes: &[u8]) -> Table {
    let mut i = 0;
    while i < bytes.len() {
        table[bytes[i] as usize] = false;
        i += 1;
    }
    table
}

/// `tchar` of RFC 9110 §5.6.2: method and field names are made of these.
pub static TOKEN: Table = alphanumeric_and(b"!#$%&'*+-.^_`|~");

/// What a registered name may be made of (RFC 3986 §3.2.2), except for percent-escapes: nobody sends
/// them, and only some readers would decode them.
pub static HOST: Table = alphanumeric_and(b"-._~!$&'()*+,;=");

/// What may stand in a field value: visible bytes, space, tab and obs-text (RFC 9110 §5.5).
pub static VALUE: Table = {
    let mut table = [false; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = (i >= 0x20 && i != 0x7f) || i == 0x09;
        i += 1;
    }
    table
};

/// What a request target may be made of: visible ASCII without `#`, which would start a fragment for
/// whoever reads the target as a URL, and without quotes and angle brackets, which end a URL in running
/// text.
///
/// Wider than RFC 3986: browsers send `^`, `{`, `|`, `}` and others as they are.
pub static TARGET: Table = {
    let mut table = [false; 256];
    let mut i = 0x21;
    while i < 0x7f {
        table[i] = true;
        i += 1;
    }
    without(table, b"#\"<>")
};

/// The same for a path: without `\`, which some readers take for `/`, and the backquote. Browsers
/// escape both there, though not in a query.
pub static PATH: Table = without(TARGET, b"\\`");

/// The bytes of a path that mean nothing but themselves: not `?` and not `%`.
pub static PLAIN_PATH: Table = without(PATH, b"?%");

/// Are all of these bytes in the table?
#[inline]
pub fn all(bytes: &[u8], table: &Table) -> bool {
    bytes.iter().all(|&byte| table[byte as usize])
}

/// Is this a token: at least one `tchar` and nothing else?
pub fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && all(bytes, &TOKEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_tokens_from_other_bytes() {
        for (bytes, expected) in [
            (&b"GET"[..], true),
            (b"x-a_b.c~", true),
            (b"", false),
            (b"a b", false),
            (b"a:b", false),
            (b"caf\xc3\xa9", false),
        ] {
            assert_eq!(is_token(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn keeps_line_ends_and_nul_out_of_values_and_targets() {
        for byte in [b'\r', b'\n', 0, 0x7f] {
            assert!(!VALUE[byte as usize] && !TARGET[byte as usize], "{byte:#x}");
        }
        assert!(VALUE[b'\t' as usize] && VALUE[0xe9] && !TARGET[0xe9] && !TARGET[b' ' as usize]);
    }
}
