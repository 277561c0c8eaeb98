//! Text that was found to be ASCII when it was received.
//!
//! A target is checked byte by byte before a request exists (`proto::target`, `proto::scan`). Checking it
//! for UTF-8 again whenever somebody asks for the path costs a tenth of a small request, so this file relies
//! on the first check.
#![allow(unsafe_code, reason = "bytes that were checked are not checked again")]

use crate::proto::Span;

/// The text at a place of a target.
///
/// It may only be asked about the spans of `Head::target`, in the buffer that the head was parsed from.
/// They are emptied when the request ends, before the buffer changes.
#[inline]
pub(super) fn text(buf: &[u8], span: Span) -> &str {
    let bytes = span.of_bytes(buf);
    debug_assert!(bytes.is_ascii(), "a target is ASCII: {:?}", bytes.escape_ascii());
    // SAFETY: ASCII is UTF-8, and these bytes are ASCII:
    // - `Target::parse` and `scan::target` are the only makers of a target's spans, and both let
    //   nothing but visible ASCII through (`chars::TARGET` and its subset `PLAIN_PATH`);
    // - the bytes are still those: the buffer only changes after `Head::clear`, which empties the spans
    //   (`Request::end`), or while a head is not whole yet (`conn::receive`), when they are empty too:
    //   `Head::parse` sets them with a whole head or with a refusal, after which nothing is received.
    unsafe { std::str::from_utf8_unchecked(bytes) }
}
