//! What an escaped path or query means (RFC 3986 §2.1, the URL standard's form encoding).
//!
//! Two readings. [`normalise_path`] prepares a path for the router: it undoes the escapes that never
//! change the structure of a path (unreserved characters and non-ASCII octets) and keeps the others, in
//! capitals, so that `%2F` is not mistaken for the end of a segment. [`decode`] undoes all of
//! them, for a single parameter or query value. A malformed escape is refused by both.

use super::ProtocolError;

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

/// The octet that the escape at `bytes[at]` stands for.
fn octet(bytes: &[u8], at: usize) -> Result<u8, ProtocolError> {
    match (bytes.get(at + 1).copied().and_then(hex), bytes.get(at + 2).copied().and_then(hex)) {
        (Some(high), Some(low)) => Ok(high << 4 | low),
        _ => Err(ProtocolError::BadEscape),
    }
}

/// Undoes the escapes of unreserved characters and of non-ASCII octets, and keeps all others, in
/// capitals.
///
/// # Errors
///
/// `BadEscape` when a `%` is not followed by two hexadecimal digits, when the decoded octets are
/// not UTF-8, or when NUL is escaped, which no file name or text survives.
pub fn normalise_path(path: &[u8]) -> Result<String, ProtocolError> {
    let mut out = Vec::with_capacity(path.len());
    let mut at = 0;
    while at < path.len() {
        if path[at] != b'%' {
            out.push(path[at]);
            at += 1;
            continue;
        }
        let octet = octet(path, at)?;
        let unreserved = octet.is_ascii_alphanumeric() || b"-._~".contains(&octet);
        if octet == 0 {
            return Err(ProtocolError::BadEscape);
        } else if unreserved || octet >= 0x80 {
            out.push(octet);
        } else {
            // RFC 3986 §6.2.2.1: `%2f` and `%2F` are the same.
            out.extend(path[at..at + 3].iter().map(u8::to_ascii_uppercase));
        }
        at += 3;
    }
    String::from_utf8(out).map_err(|_| ProtocolError::BadEscape)
}

/// Undoes every escape; in forms and queries a `+` is a space (`plus`).
///
/// # Errors
///
/// `BadEscape` for a malformed escape or a result that is not UTF-8.
pub fn decode(text: &[u8], plus: bool, out: &mut String) -> Result<(), ProtocolError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'%' => {
                bytes.push(octet(text, at)?);
                at += 2;
            }
            b'+' if plus => bytes.push(b' '),
            byte => bytes.push(byte),
        }
        at += 1;
    }
    out.push_str(std::str::from_utf8(&bytes).map_err(|_| ProtocolError::BadEscape)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalises_what_never_changes_a_paths_structure() {
        for (path, expected) in [
            ("/caf%C3%A9", Ok("/café")),
            ("/%7Euser/%41", Ok("/~user/A")),
            ("/a%2Fb%2fc", Ok("/a%2Fb%2Fc")),
            ("/100%25", Ok("/100%25")),
            ("/a%20b", Ok("/a%20b")),
            ("/%", Err(ProtocolError::BadEscape)),
            ("/%4", Err(ProtocolError::BadEscape)),
            ("/%zz", Err(ProtocolError::BadEscape)),
            ("/%+1", Err(ProtocolError::BadEscape)),
            ("/%C3", Err(ProtocolError::BadEscape)),
            ("/%00", Err(ProtocolError::BadEscape)),
        ] {
            let got = normalise_path(path.as_bytes());
            assert_eq!(got.as_deref(), expected.as_ref().map(|text| *text), "{path}");
        }
    }

    #[test]
    fn decodes_values_in_full() {
        for (text, plus, expected) in [
            ("a%2Fb%25", false, Ok("a/b%")),
            ("a+b%20c", true, Ok("a b c")),
            ("a+b", false, Ok("a+b")),
            ("%C3%A9", false, Ok("é")),
            ("%FF", false, Err(ProtocolError::BadEscape)),
            ("%1", true, Err(ProtocolError::BadEscape)),
        ] {
            let mut out = String::new();
            let got = decode(text.as_bytes(), plus, &mut out).map(|()| out.as_str());
            assert_eq!(got, expected, "{text}");
        }
    }
}
