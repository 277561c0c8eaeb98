//! What the body of an answer may be made of.
//!
//! Handlers hardly ever name this type: they hand over a string, a vector or `Bytes`. It is not called
//! `Body` because that is what they do name: the body of a request that is read on demand.

use bytes::Bytes;

/// The body of a response, as a handler gives it.
///
/// Its bytes are only copied when they are so few that copying is cheaper than a vectored write.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Content {
    /// Bytes that live as long as the program.
    Static(&'static [u8]),
    /// Bytes that are shared or owned.
    Shared(Bytes),
}

impl From<&'static str> for Content {
    fn from(text: &'static str) -> Self {
        Self::Static(text.as_bytes())
    }
}
impl From<&'static [u8]> for Content {
    fn from(bytes: &'static [u8]) -> Self {
        Self::Static(bytes)
    }
}
impl<const N: usize> From<&'static [u8; N]> for Content {
    fn from(bytes: &'static [u8; N]) -> Self {
        Self::Static(bytes)
    }
}
impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::Shared(text.into())
    }
}
impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Shared(bytes.into())
    }
}
impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        Self::Shared(bytes)
    }
}
