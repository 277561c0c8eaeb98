//! Bytes as text (RFC 4648).

/// The digits as they stand in most places.
#[cfg(feature = "websocket")]
pub(super) const STANDARD: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Those that may stand in URLs and cookies.
#[cfg(feature = "signed-cookies")]
pub(super) const URL_SAFE: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Writes bytes with these digits, without the padding that some places ask for.
pub(super) fn encode(digits: &[u8; 64], bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for piece in bytes.chunks(3) {
        let at = |n: usize| u32::from(piece.get(n).copied().unwrap_or_default());
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        let four = [18, 12, 6, 0].map(|shift| digits[(bits >> shift & 63) as usize]);
        text.extend(four[..=piece.len()].iter().map(|digit| char::from(*digit)));
    }
    text
}
