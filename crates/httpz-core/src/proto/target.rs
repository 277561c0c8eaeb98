//! Which of the four forms has the request target (RFC 9112 §3.2)?
//!
//! Almost every target is a path with perhaps a query; that case is one pass over its bytes. The
//! other three forms are rare and sit out of line.

use super::{Method, ProtocolError, Span, chars, host};

/// The form of a request target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TargetForm {
    /// `/path?query`
    #[default]
    Origin,
    /// `http://host/path?query`, as sent to proxies; its host outranks the `Host` field.
    Absolute,
    /// `host:port`, for CONNECT alone.
    Authority,
    /// `*`, for OPTIONS alone.
    Asterisk,
}

/// A request target, taken apart into places of the received bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// Which of the four forms.
    pub form: TargetForm,
    /// The whole target as sent.
    pub raw: Span,
    /// The path; empty for an absolute target without one, which means `/`.
    pub path: Span,
    /// The query after the first `?`, without it.
    pub query: Option<Span>,
    /// Host and port of an absolute or authority target.
    pub authority: Option<Span>,
    /// Does the path contain a `%`?
    pub escaped: bool,
}

/// What a byte of a target does to the pass over it.
static CLASS: [u8; 256] = {
    let mut class = [BAD; 256];
    let mut i = 0;
    while i < 256 {
        if chars::PATH[i] {
            class[i] = PLAIN;
        } else if chars::TARGET[i] {
            class[i] = QUERY_ONLY;
        }
        i += 1;
    }
    class[b'?' as usize] = QUESTION;
    class[b'%' as usize] = PERCENT;
    class
};
const PLAIN: u8 = 0;
const BAD: u8 = 1;
const QUESTION: u8 = 2;
const PERCENT: u8 = 3;
const QUERY_ONLY: u8 = 4;

impl Target {
    /// Takes the target `raw` apart, which begins at offset `at` of its buffer.
    #[inline]
    pub fn parse(method: Method, raw: &[u8], at: usize) -> Result<Self, ProtocolError> {
        match raw.first() {
            Some(b'/') if method != Method::Connect => Self::origin(raw, at),
            _ => Self::rare(method, raw, at),
        }
    }

    #[inline]
    fn origin(raw: &[u8], at: usize) -> Result<Self, ProtocolError> {
        let mut target = Self { raw: Span::new(at, raw.len()), ..Self::default() };
        let mut path_len = raw.len();
        for (i, &byte) in raw.iter().enumerate() {
            match CLASS[byte as usize] {
                PLAIN => {}
                BAD => return Err(ProtocolError::BadTarget),
                QUESTION if target.query.is_none() => {
                    path_len = i;
                    target.query = Some(Span::new(at + i + 1, raw.len() - i - 1));
                }
                PERCENT if target.query.is_none() => target.escaped = true,
                QUERY_ONLY if target.query.is_none() => return Err(ProtocolError::BadTarget),
                _ => {}
            }
        }
        target.path = Span::new(at, path_len);
        Ok(target)
    }

    #[cold]
    fn rare(method: Method, raw: &[u8], at: usize) -> Result<Self, ProtocolError> {
        let whole = Span::new(at, raw.len());
        match method {
            Method::Connect if host::is_authority(raw) && ends_in_a_port(raw) => Ok(Self {
                form: TargetForm::Authority,
                raw: whole,
                path: Span::new(at, 0),
                authority: Some(whole),
                ..Self::default()
            }),
            Method::Connect => Err(ProtocolError::BadTarget),
            Method::Options if raw == b"*" => {
                let form = TargetForm::Asterisk;
                Ok(Self { form, raw: whole, path: whole, ..Self::default() })
            }
            _ => Self::absolute(raw, at),
        }
    }

    fn absolute(raw: &[u8], at: usize) -> Result<Self, ProtocolError> {
        let begins_with = |scheme: &&str| {
            raw.get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
        };
        let Some(scheme) = ["http://", "https://"].into_iter().find(begins_with) else {
            return Err(ProtocolError::BadTarget);
        };
        let scheme = scheme.len();
        let rest = &raw[scheme..];
        let len = rest.iter().position(|&b| b == b'/' || b == b'?').unwrap_or(rest.len());
        if !host::is_authority(&rest[..len]) {
            return Err(ProtocolError::BadTarget);
        }
        let path_at = at + scheme + len;
        let mut target = Self::origin(&rest[len..], path_at)?;
        target.form = TargetForm::Absolute;
        target.raw = Span::new(at, raw.len());
        target.authority = Some(Span::new(at + scheme, len));
        Ok(target)
    }
}

/// Does this authority end in a port from 1 to 65535? RFC 9110 §9.3.6: a CONNECT to an empty or invalid
/// port is to be refused.
fn ends_in_a_port(authority: &[u8]) -> bool {
    let Some(colon) = memchr::memrchr(b':', authority) else { return false };
    let port = std::str::from_utf8(&authority[colon + 1..]).unwrap_or_default();
    // Five digits fit; more could only be leading zeros, which nobody sends.
    port.len() <= 5 && port.parse().is_ok_and(|port: u16| port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(method: Method, raw: &str) -> Result<(TargetForm, &str, Option<&str>), ProtocolError> {
        let text = |span: Span| std::str::from_utf8(span.of_bytes(raw.as_bytes())).unwrap();
        Target::parse(method, raw.as_bytes(), 0)
            .map(|target| (target.form, text(target.path), target.query.map(text)))
    }

    #[test]
    fn takes_the_four_forms_apart() {
        use TargetForm::*;
        for (method, raw, expected) in [
            (Method::Get, "/", Ok((Origin, "/", None))),
            (Method::Get, "/a/b?c=d?e", Ok((Origin, "/a/b", Some("c=d?e")))),
            (Method::Get, "/a?", Ok((Origin, "/a", Some("")))),
            (Method::Get, "/a^{|}?`\\", Ok((Origin, "/a^{|}", Some("`\\")))),
            (Method::Get, "//x", Ok((Origin, "//x", None))),
            (Method::Get, "http://h/a?b", Ok((Absolute, "/a", Some("b")))),
            (Method::Get, "HTTP://h:80", Ok((Absolute, "", None))),
            (Method::Get, "https://h?q", Ok((Absolute, "", Some("q")))),
            (Method::Options, "*", Ok((Asterisk, "*", None))),
            (Method::Connect, "h:443", Ok((Authority, "", None))),
        ] {
            assert_eq!(parts(method, raw), expected, "{method} {raw}");
        }
    }

    #[test]
    fn refuses_what_has_none_of_them() {
        for (method, raw) in [
            (Method::Get, "*"),
            (Method::Get, "a"),
            (Method::Get, "/a#b"),
            (Method::Get, "/a?#b"),
            (Method::Get, "/a<b"),
            (Method::Get, "/a?b=>"),
            (Method::Get, "/\"a"),
            (Method::Get, "/..\\a"),
            (Method::Get, "/`a"),
            (Method::Get, "/caf\u{e9}"),
            (Method::Get, "http://"),
            (Method::Get, "http:///a"),
            (Method::Get, "http://u@h/"),
            (Method::Get, "ftp://h/"),
            (Method::Connect, "/a"),
            (Method::Connect, "h"),
            (Method::Connect, "h:"),
            (Method::Connect, "h:x"),
            (Method::Connect, ":80"),
            (Method::Connect, "h:0"),
            (Method::Connect, "h:65536"),
            (Method::Connect, "h:000443"),
            (Method::Connect, "[::1]"),
        ] {
            assert_eq!(parts(method, raw), Err(ProtocolError::BadTarget), "{method} {raw}");
        }
    }

    #[test]
    fn notices_escapes_in_the_path_only() {
        for (raw, escaped) in [("/a", false), ("/a%20", true), ("/a?%20", false)] {
            let target = Target::parse(Method::Get, raw.as_bytes(), 0).unwrap();
            assert_eq!(target.escaped, escaped, "{raw}");
        }
    }
}
