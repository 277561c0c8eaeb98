//! Writes values back into a URL, escaped so that they come out as they went in (RFC 3986 §3.3).
//!
//! All but `.` and `..` do: where one is a whole segment, clients take it for a step within the path and resolve
//! it, escaped or not (URL standard §4.1), so no spelling would bring it to the server.

use std::fmt::{Display, Write};

use httpz_router::{Pattern, Segment};

/// The path that a pattern matches with these values for its parameters, in order.
///
/// Everything in a value is escaped that would not come back as it is, but for `.` and `..`. Only the rest of a
/// path may hold slashes; elsewhere one would begin a new segment. An empty pattern adds nothing to its group's
/// prefix.
///
/// It never begins with two slashes: behind them browsers read a host (RFC 3986 §4.2), and a redirect to
/// such a place would lead where a value says.
pub fn url(pattern: &str, values: &[&dyn Display]) -> String {
    if pattern.is_empty() {
        return String::new();
    }
    let pattern = Pattern::parse(pattern).expect("the macro has read it");
    let (mut url, mut values) = (String::new(), values.iter());
    for segment in pattern.segments() {
        url.push('/');
        let (prefix, rest, suffix) = match segment {
            Segment::Static(text) => {
                push_text(&mut url, text);
                continue;
            }
            Segment::Param { prefix, suffix, .. } => (&**prefix, false, &**suffix),
            Segment::Glob(_) => ("", false, ""),
            Segment::Rest(_) => ("", true, ""),
        };
        push_text(&mut url, prefix);
        if let Some(value) = values.next() {
            // Writing to a string fails only if the value's `Display` says so; what it wrote stands.
            let _ = write!(Escaped { url: &mut url, rest }, "{value}");
        }
        push_text(&mut url, suffix);
    }
    if url.starts_with("//") {
        // The first segment is empty. This is how the URL standard writes such a path (§4.5).
        url.insert_str(0, "/.");
    }
    url
}

/// Appends text of a pattern. What is ASCII stands there as in a URL, escapes included.
fn push_text(url: &mut String, text: &str) {
    for letter in text.chars() {
        if letter.is_ascii() {
            url.push(letter);
        } else {
            let _ = write!(Escaped { url, rest: false }, "{letter}");
        }
    }
}

/// Appends a parameter of a query.
pub(crate) fn push_pair(url: &mut String, name: &str, value: &str) {
    for (text, end) in [(name, "="), (value, "")] {
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                url.push(char::from(byte));
            } else {
                // Writing to a string cannot fail.
                let _ = write!(url, "%{byte:02X}");
            }
        }
        url.push_str(end);
    }
}

struct Escaped<'a> {
    url: &'a mut String,
    rest: bool,
}

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for byte in text.bytes() {
            let divides = self.rest && byte == b'/' && *self.url != "/";
            // `pchar` without the escapes themselves.
            if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte) || divides {
                self.url.push(char::from(byte));
            } else {
                write!(self.url, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_would_not_come_back() {
        for (value, rest, expected) in [
            ("7", false, "7"),
            ("a b/c", false, "a%20b%2Fc"),
            ("a b/c", true, "a%20b/c"),
            ("café?#%", false, "caf%C3%A9%3F%23%25"),
        ] {
            let pattern = if rest { "/a/*rest" } else { "/a/:value" };
            assert_eq!(url(pattern, &[&value]), format!("/a/{expected}"));
        }
    }

    #[test]
    fn no_value_makes_it_a_place_on_another_host() {
        for (pattern, values, expected) in [
            ("/*rest", &["/evil.example/a"][..], "/%2Fevil.example/a"),
            ("/*rest", &["//evil.example"], "/%2F/evil.example"),
            ("/*rest", &["a//b"], "/a//b"),
            ("/a/*rest", &["/b"], "/a//b"),
            ("/:a/:b", &["", "evil.example"], "/.//evil.example"),
            ("/:a/*rest", &["", "evil.example"], "/.//evil.example"),
            ("/*rest", &[r"\evil.example"], "/%5Cevil.example"),
            ("//a", &[], "/.//a"),
        ] {
            let values: Vec<&dyn Display> = values.iter().map(|v| v as &dyn Display).collect();
            assert_eq!(url(pattern, &values), expected);
        }
    }

    #[test]
    fn writes_the_text_of_a_pattern_as_a_request_has_it() {
        for (pattern, expected) in [
            ("/café/é:value", "/caf%C3%A9/%C3%A97"),
            ("/a%20b/:value.json", "/a%20b/7.json"),
            ("/a::b/**/:value", "/a:b/*/7"),
        ] {
            assert_eq!(url(pattern, &[&7]), expected);
        }
    }
}
