//! Text that was found to be ASCII when it was received.
//!
//! A target is checked byte by byte before a request exists (`proto::target`, `proto::scan`). Checking
//! it again for UTF-8 whenever somebody asks for the path costs a tenth of a small request, so this
//! file takes the first check's word for it.
#![allow(unsafe_code, reason = "bytes that were checked are not checked again")]

use crate::proto::Span;

/// The text at a place of a target.
///
/// The places of `Head::target` are the only ones this may be asked about, in the buffer that the
/// head was parsed from. They are emptied when the request ends, before the buffer changes.
#[inline]
pub(super) fn text(buf: &[u8], span: Span) -> &str {
    let bytes = span.of_bytes(buf);
    debug_assert!(bytes.is_ascii(), "a target is ASCII: {:?}", bytes.escape_ascii());
    // SAFETY: ASCII is UTF-8, and these bytes are ASCII:
    // - `Target::parse` and `scan::target` are the only makers of a target's spans, and both let
    //   nothing but visible ASCII through (`chars::TARGET` and its subset `PLAIN_PATH`);
    // - the bytes are still those: `Request` owns the buffer, and every method that changes it runs
    //   after `Head::clear`, which empties the spans.
    unsafe { std::str::from_utf8_unchecked(bytes) }
}
