//! Is this answer compressed, and what does its head say then (RFC 9110 §8.4, §8.8.3, §12.5.5)?
//!
//! It is decided when the head is about to leave. What depends on the answer alone is asked first: an answer that
//! could be compressed says so to caches (`Vary`), also to whom it is sent plain.

use std::panic::catch_unwind;

use httpz_core::message::coding::Coder;
use httpz_core::message::response::Recode;

use super::Compression;
use super::accept::Wish;
use super::gzip::{self, Gzip};
use crate::{Request, Response};

/// A body up to this size is compressed at once, which takes a millisecond or two and tells its length; a larger one in
/// pieces, so that other connections have their turns.
const AT_ONCE: u64 = 64 * 1024;

/// The field of the request by which clients say what codings they take.
const FIELD: &str = "Accept-Encoding";

/// Fields with a digest of the body as it is.
const DIGESTS: [&str; 4] = ["content-digest", "repr-digest", "digest", "content-md5"];

/// What is done with one answer.
pub(super) struct Plan {
    settings: Compression,
    wish: Wish,
    /// The tags that the client knows.
    known: Vec<u8>,
}

impl Plan {
    pub(super) fn of(settings: Compression, req: &Request) -> Self {
        let known = req.headers_all("if-none-match").collect::<Vec<_>>().join(&b","[..]);
        Self { settings, wish: Wish::of(req), known }
    }

    /// Could it be compressed for somebody? Of this length, where it is known.
    fn is_open(&self, res: &Response, len: Option<u64>) -> bool {
        let min = if self.wish.nothing_plain { 1 } else { self.settings.min_size };
        len.is_none_or(|len| len >= min)
            // A part of a plain body is no part of a compressed one.
            && res.status_code() != 206
            && res.find_header("content-encoding").is_none()
            && res.find_header("content-range").is_none()
            && !res.lists("cache-control", "no-transform")
            && DIGESTS.iter().all(|name| res.find_header(name).is_none())
            && res.find_header("content-type").is_some_and(|kind| self.is_kind(kind))
    }

    fn is_kind(&self, kind: &[u8]) -> bool {
        let kind = String::from_utf8_lossy(kind);
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match &*kind {
            "text/event-stream" => self.settings.event_streams,
            // Nobody else would catch a panic of it, once the handler has returned. Whoever does not say yes says no.
            kind => catch_unwind(|| (self.settings.types)(kind)).unwrap_or(false),
        }
    }

    /// Compresses it piece by piece, if there are not too many of those already.
    fn in_pieces(&self, res: &mut Response) -> Option<Box<dyn Coder>> {
        let coder = Gzip::within(self.settings.max_streams, self.settings.level)?;
        mark(res);
        Some(Box::new(coder))
    }

    /// Is it to be compressed for this client? Says to caches that others may hear otherwise.
    fn is_wanted(&self, res: &mut Response, len: Option<u64>) -> bool {
        let is_open = self.is_open(res, len);
        if is_open {
            res.vary(FIELD);
        }
        is_open && self.wish.gzip
    }

    /// A client that has the compressed answer has a weak tag, and must be told that one.
    fn confirm(&self, res: &mut Response) {
        if let Some(weak) = weak_tag(res)
            && self.known.windows(weak.len()).any(|part| part == weak)
        {
            res.set_header("ETag", weak);
            res.vary(FIELD);
        }
    }
}

impl Recode for Plan {
    fn whole(self: Box<Self>, res: &mut Response, len: u64) -> Option<Box<dyn Coder>> {
        if res.status_code() == 304 {
            self.confirm(res);
            return None;
        }
        if !self.is_wanted(res, Some(len)) {
            return None;
        }
        let body = res.body_bytes();
        // An answer to HEAD may have no body, but tell its length.
        if len > AT_ONCE || (body.len() as u64) < len {
            return self.in_pieces(res);
        }
        let packed = gzip::whole(self.settings.level, body);
        if packed.len() < body.len() || self.wish.nothing_plain {
            mark(res);
            res.body(packed);
        }
        None
    }

    fn pieces(self: Box<Self>, res: &mut Response, len: Option<u64>) -> Option<Box<dyn Coder>> {
        match self.is_wanted(res, len) {
            true => self.in_pieces(res),
            false => None,
        }
    }
}

/// Says that the answer is compressed, and takes back what does not hold of it any more.
fn mark(res: &mut Response) {
    res.header("Content-Encoding", "gzip");
    // Parts are of the plain bytes.
    res.remove_header("accept-ranges");
    // A strong tag would say that the bytes are the same as those of the plain answer.
    if let Some(weak) = weak_tag(res) {
        res.set_header("ETag", weak);
    }
}

/// The tag of the answer as a weak one, if it is strong.
fn weak_tag(res: &Response) -> Option<Vec<u8>> {
    let tag = res.find_header("etag").filter(|tag| tag.starts_with(b"\""))?;
    Some([b"W/", tag].concat())
}
