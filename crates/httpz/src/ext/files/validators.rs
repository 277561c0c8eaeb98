//! Does the client have this version of the file already (RFC 9110 §8.8, §13)?

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::coding::Coding;
use crate::{Method, Request, Response};

/// What a version of a file is known by.
#[derive(Clone, Debug)]
pub(super) struct Validators {
    /// With its quotes. From the size and the time of the last change to the nanosecond, so it tells any two versions
    /// apart, unless they were written in the same instant of the file system's clock, or a tool has set the time back
    /// (`cp -p`, images with fixed times) and the size is the same.
    etag: Option<String>,
    /// In whole seconds, as in `Last-Modified`.
    modified: Option<SystemTime>,
    /// Are there variants, so that the time alone does not tell which one a client has?
    pub(super) has_variants: bool,
}

/// What the conditions of a request come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The client does not have it.
    Changed,
    /// It has it.
    NotModified,
    /// What it makes a condition does not hold.
    Failed,
}

/// Has the request conditions, so that the file may not have to be sent as a whole?
pub(super) fn is_conditional(req: &Request) -> bool {
    let fields = ["if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "range"];
    req.method() == Method::Head || fields.iter().any(|field| req.header_bytes(field).is_some())
}

impl Validators {
    /// Those of a file of this size that was last changed then; of a variant of it, with its coding. Variants have the
    /// time of their original, and may have its size.
    pub(super) fn of(len: u64, changed: Option<SystemTime>, coding: Option<Coding>) -> Self {
        let since = changed.and_then(|changed| changed.duration_since(UNIX_EPOCH).ok());
        // Never later than now (§8.8.2.1): a clock that went wrong would keep old versions alive.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            etag: since.map(|since| {
                let (dash, coding) = coding.map_or(("", ""), |coding| ("-", coding.name));
                format!("\"{:x}-{len:x}{dash}{coding}\"", since.as_nanos())
            }),
            modified: since.map(|since| UNIX_EPOCH + Duration::from_secs(since.min(now).as_secs())),
            has_variants: false,
        }
    }

    /// Puts them into the answer.
    pub(super) fn tell(&self, res: &mut Response) {
        if let Some(etag) = &self.etag {
            res.header("ETag", etag);
        }
        if let Some(modified) = self.modified {
            res.header("Last-Modified", httpdate::fmt_http_date(modified));
        }
    }

    /// Weighs the conditions of a request, in the order of §13.2.2.
    pub(super) fn judge(&self, req: &Request) -> Verdict {
        let has = |field| req.header_bytes(field).is_some();
        let is_as_demanded = match has("if-match") {
            true => self.is_listed(req, "if-match", Comparison::Strong),
            false => self.changed_after(req, "if-unmodified-since") != Some(true),
        };
        if !is_as_demanded {
            return Verdict::Failed;
        }
        if !matches!(req.method(), Method::Get | Method::Head) {
            return Verdict::Changed;
        }
        let is_known = match has("if-none-match") {
            true => self.is_listed(req, "if-none-match", Comparison::Weak),
            false => self.changed_after(req, "if-modified-since") == Some(false),
        };
        if is_known { Verdict::NotModified } else { Verdict::Changed }
    }

    /// Is the rest, of which the client has a part, of this version (`If-Range`, §13.1.5)?
    pub(super) fn are_those_of_the_rest(&self, req: &Request) -> bool {
        let Some(rest) = req.header_bytes("if-range") else { return true };
        match rest.contains(&b'"') {
            true => self.is_listed(req, "if-range", Comparison::Strong),
            false if self.has_variants => false,
            false => date(rest).is_some_and(|date| self.modified == Some(date)),
        }
    }

    /// Was it changed after the time in this field; `None` if there is none.
    fn changed_after(&self, req: &Request, field: &str) -> Option<bool> {
        Some(self.modified? > date(req.header_bytes(field)?)?)
    }

    /// Is it one of the tags in this field?
    fn is_listed(&self, req: &Request, field: &str, comparison: Comparison) -> bool {
        let lists = |list| Tags(list).any(|tag| tag.means(self.etag.as_deref(), comparison));
        req.headers_all(field).any(lists)
    }
}

/// How tags are compared (§8.8.3.2).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comparison {
    /// A weak tag is equal to nothing.
    Strong,
    /// Weak or not, what stands in the quotes counts.
    Weak,
}

enum Tag<'a> {
    Any,
    One { text: &'a [u8], is_weak: bool },
}

impl Tag<'_> {
    fn means(&self, etag: Option<&str>, comparison: Comparison) -> bool {
        match self {
            Self::Any => true,
            Self::One { is_weak: true, .. } if comparison == Comparison::Strong => false,
            Self::One { text, .. } => etag.is_some_and(|etag| etag.as_bytes() == *text),
        }
    }
}

/// The tags of a list, up to what is none.
struct Tags<'a>(&'a [u8]);

impl<'a> Iterator for Tags<'a> {
    type Item = Tag<'a>;

    fn next(&mut self) -> Option<Tag<'a>> {
        let start = self.0.iter().position(|byte| !b" \t,".contains(byte))?;
        let list = &self.0[start..];
        if let Some(rest) = list.strip_prefix(b"*") {
            self.0 = rest;
            return Some(Tag::Any);
        }
        let (is_weak, list) = list.strip_prefix(b"W/").map_or((false, list), |list| (true, list));
        let inside = list.strip_prefix(b"\"")?;
        let end = 2 + inside.iter().position(|byte| *byte == b'"')?;
        self.0 = &list[end..];
        Some(Tag::One { text: &list[..end], is_weak })
    }
}

/// A date in one of the three forms of §5.6.7.
fn date(bytes: &[u8]) -> Option<SystemTime> {
    httpdate::parse_http_date(std::str::from_utf8(bytes).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";

    fn validators() -> Validators {
        let modified = httpdate::parse_http_date(DAY).unwrap();
        Validators { etag: Some("\"a\"".into()), modified: Some(modified), has_variants: false }
    }

    fn asks(fields: &[(&str, &str)]) -> Request {
        Request::build(Method::Get, "/", fields, b"").unwrap()
    }

    #[test]
    fn conditions_are_weighed_in_their_order() {
        use Verdict::{Changed, Failed, NotModified};
        for (fields, expected) in [
            (&[][..], Changed),
            (&[("If-None-Match", "\"a\"")], NotModified),
            (&[("If-None-Match", "W/\"a\"")], NotModified),
            (&[("If-None-Match", "\"b\", W/\"c\" ,\"a\"")], NotModified),
            (&[("If-None-Match", "\"b\""), ("If-None-Match", "\"a\"")], NotModified),
            (&[("If-None-Match", "*")], NotModified),
            (&[("If-None-Match", "\"b\"")], Changed),
            (&[("If-None-Match", "a")], Changed),
            (&[("If-None-Match", "\"a")], Changed),
            (&[("If-None-Match", "\"x, \"a\"")], Changed),
            (&[("If-None-Match", "\"b\""), ("If-Modified-Since", DAY)], Changed),
            (&[("If-Modified-Since", DAY)], NotModified),
            (&[("If-Modified-Since", "Sunday, 06-Nov-94 08:49:37 GMT")], NotModified),
            (&[("If-Modified-Since", "Sun Nov  6 08:49:37 1994")], NotModified),
            (&[("If-Modified-Since", BEFORE)], Changed),
            (&[("If-Modified-Since", "yesterday")], Changed),
            (&[("If-Match", "\"a\"")], Changed),
            (&[("If-Match", "*")], Changed),
            (&[("If-Match", "W/\"a\"")], Failed),
            (&[("If-Match", "\"b\"")], Failed),
            (&[("If-Match", "\"a\""), ("If-None-Match", "\"a\"")], NotModified),
            (&[("If-Match", "\"a\""), ("If-Unmodified-Since", BEFORE)], Changed),
            (&[("If-Unmodified-Since", DAY)], Changed),
            (&[("If-Unmodified-Since", BEFORE)], Failed),
            (&[("If-Unmodified-Since", "yesterday")], Changed),
        ] {
            assert_eq!(validators().judge(&asks(fields)), expected, "{fields:?}");
        }
    }

    #[test]
    fn a_part_is_sent_only_of_the_version_that_the_client_has_the_rest_of() {
        for (rest, expected) in [
            ("\"a\"", true),
            ("W/\"a\"", false),
            ("\"b\"", false),
            (DAY, true),
            (BEFORE, false),
            ("x", false),
        ] {
            let req = asks(&[("If-Range", rest)]);
            assert_eq!(validators().are_those_of_the_rest(&req), expected, "{rest}");
        }
        assert!(validators().are_those_of_the_rest(&asks(&[])));
        let one_of_several = Validators { has_variants: true, ..validators() };
        assert!(!one_of_several.are_those_of_the_rest(&asks(&[("If-Range", DAY)])));
    }

    #[test]
    fn a_file_from_the_future_was_changed_now() {
        let later = SystemTime::now() + Duration::from_secs(1000);
        let validators = Validators::of(7, Some(later), None);
        assert!(validators.modified.unwrap() <= SystemTime::now());
        assert!(validators.etag.unwrap().ends_with("-7\""));
        assert!(Validators::of(7, None, None).etag.is_none());
    }
}
