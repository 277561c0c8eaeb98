//! Refuses patterns with something that no path of a URI contains, since they would never match (RFC 3986
//! §3.3).
//!
//! Before a path is compared, the escapes that it does not need are undone: those of letters, digits, `-._~`
//! and of everything that is not ASCII. All others stay, since `%2F` is no slash. So a pattern is written in
//! the same way: `/café`, but `/a%20b`.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::error::PatternError;

/// Finds the first thing in the text of a pattern that keeps it from ever matching.
pub(crate) fn check(pattern: &str) -> Result<(), PatternError> {
    for (at, letter) in pattern.char_indices() {
        let text = match letter {
            '?' => return Err(question(pattern, at)),
            '#' => "`#` begins a fragment, which servers are not sent: leave it out".to_string(),
            '%' => match escape(&pattern[at..]) {
                Some(text) => text,
                None => continue,
            },
            '{' => braces(pattern, at),
            '}' | ' ' | '"' | '<' | '>' | '\\' | '`' => escaped(letter),
            letter if letter.is_ascii_control() => escaped(letter),
            _ => continue,
        };
        return Err(PatternError::new(at, text));
    }
    Ok(())
}

fn escaped(letter: char) -> String {
    let shown = if letter == '`' { "a backquote".to_string() } else { format!("{letter:?}") };
    format!("{shown} stands in a path as `%{:02X}`: write that", u32::from(letter))
}

fn question(pattern: &str, at: usize) -> PatternError {
    let segment = pattern[..at].rsplit('/').next().unwrap_or_default();
    let ends = pattern[at + 1..].is_empty() || pattern[at + 1..].starts_with('/');
    if segment.starts_with(':') && ends {
        let text = format!("`{segment}?`: write two paths, one with `{segment}` and one without");
        return PatternError::new(at - segment.len(), text);
    }
    let text = "`?` begins the query, which is no part of a path: leave it out";
    PatternError::new(at, text.to_string())
}

/// `/v{major}.json`, where a parameter stands within a segment.
fn braces(pattern: &str, at: usize) -> String {
    let name: String =
        pattern[at + 1..].chars().take_while(|c| *c == '_' || c.is_alphanumeric()).collect();
    let rest = &pattern[at + 1 + name.len()..];
    match rest.strip_prefix('}') {
        // One that begins with a digit would be refused next.
        Some(_) if name.starts_with(|c: char| !c.is_numeric()) => {
            format!("`{{{name}}}` is another library's spelling: write `:{name}`")
        }
        _ => escaped('{'),
    }
}

/// What is wrong with the escape that `text` begins with.
fn escape(text: &str) -> Option<String> {
    let Some(first) = octet(text) else {
        return Some("`%` stands in a path as `%25`: write that".to_string());
    };
    if first == 0 {
        return Some("`%00` is refused in every path: leave it out".to_string());
    }
    if first.is_ascii() {
        let (written, letter) = (&text[..3], char::from(first));
        if letter.is_ascii_alphanumeric() || "-._~".contains(letter) {
            return Some(format!(
                "`{written}` is undone before paths are compared: write `{letter}`"
            ));
        }
        let upper = written.to_ascii_uppercase();
        return (upper != written)
            .then(|| format!("write `{upper}`: escapes are compared in capitals"));
    }
    let mut octets = Vec::new();
    while let Some(octet) = octet(&text[3 * octets.len()..]).filter(|octet| !octet.is_ascii()) {
        octets.push(octet);
    }
    let written = &text[..3 * octets.len()];
    Some(match String::from_utf8(octets) {
        Ok(letters) => {
            format!("`{written}` is undone before paths are compared: write `{letters}`")
        }
        Err(_) => format!("`{written}` is not UTF-8, and refused in every path: leave it out"),
    })
}

/// The octet of the escape that `text` begins with.
fn octet(text: &str) -> Option<u8> {
    let digits = text.strip_prefix('%')?.get(..2)?;
    if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        u8::from_str_radix(digits, 16).ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lets_pass_what_paths_have() {
        for pattern in
            ["/", "/café/:id/*rest", "/a%20b%2Fc", "/~a-b_c.d/@:x", "/a|b[1]^", "//", "/::a/**"]
        {
            assert_eq!(check(pattern), Ok(()), "{pattern}");
        }
    }

    #[test]
    fn says_what_never_matches_and_what_to_write() {
        for (pattern, offset, text) in [
            ("/a?b=:c", 2, "`?` begins the query, which is no part of a path: leave it out"),
            ("/a/:id?", 3, "`:id?`: write two paths, one with `:id` and one without"),
            ("/a/:id?/b", 3, "`:id?`: write two paths, one with `:id` and one without"),
            ("/a#b", 2, "`#` begins a fragment, which servers are not sent: leave it out"),
            ("/a b", 2, "' ' stands in a path as `%20`: write that"),
            ("/a\n", 2, "'\\n' stands in a path as `%0A`: write that"),
            ("/:id<u8>", 4, "'<' stands in a path as `%3C`: write that"),
            ("/a`", 2, "a backquote stands in a path as `%60`: write that"),
            ("/v{n}.json", 2, "`{n}` is another library's spelling: write `:n`"),
            ("/v{1}.json", 2, "'{' stands in a path as `%7B`: write that"),
            ("/v{", 2, "'{' stands in a path as `%7B`: write that"),
            ("/v{n", 2, "'{' stands in a path as `%7B`: write that"),
            ("/50%", 3, "`%` stands in a path as `%25`: write that"),
            ("/50%é", 3, "`%` stands in a path as `%25`: write that"),
            ("/50%+1", 3, "`%` stands in a path as `%25`: write that"),
            ("/%7Eann", 1, "`%7E` is undone before paths are compared: write `~`"),
            ("/a%2fb", 2, "write `%2F`: escapes are compared in capitals"),
            ("/caf%c3%A9s", 4, "`%c3%A9` is undone before paths are compared: write `é`"),
            ("/%FF", 1, "`%FF` is not UTF-8, and refused in every path: leave it out"),
            ("/%00", 1, "`%00` is refused in every path: leave it out"),
        ] {
            let error = check(pattern).unwrap_err();
            assert_eq!((error.to_string().as_str(), error.offset()), (text, offset), "{pattern}");
        }
    }
}
