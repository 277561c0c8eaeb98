//! What a request asks to be done (RFC 9110 §9).

use std::fmt;

use super::chars;

/// The method of a request.
///
/// Names are case-sensitive: `get` is not `GET` but an extension method of its own.
///
/// ```
/// # use httpz_core::Method;
/// assert_eq!(Method::from_bytes(b"GET"), Some(Method::Get));
/// assert_eq!(Method::from_bytes(b"PURGE").as_ref().map(Method::as_str), Some("PURGE"));
/// assert_eq!(Method::from_bytes(b"no space"), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[non_exhaustive]
pub enum Method {
    /// Transfer a current representation of the resource.
    #[default]
    Get,
    /// The same as GET, without the body of the answer.
    Head,
    /// Let the resource process the body.
    Post,
    /// Replace the resource with the body.
    Put,
    /// Remove the resource.
    Delete,
    /// Open a tunnel.
    Connect,
    /// Ask what the resource can do.
    Options,
    /// Send the request back.
    Trace,
    /// Change a part of the resource (RFC 5789).
    Patch,
    /// A safe request with a body.
    Query,
    /// Any other token of at most [`Extension::MAX`] bytes.
    Other(Extension),
}

/// The name of a method that is none of the usual ones, kept inline.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Extension {
    bytes: [u8; Extension::MAX],
    len: u8,
}

impl Extension {
    /// The longest name we keep; a longer one is answered with 501.
    pub const MAX: usize = 22;

    fn new(name: &[u8]) -> Option<Self> {
        if name.len() > Self::MAX || !chars::is_token(name) {
            return None;
        }
        let mut bytes = [0; Self::MAX];
        bytes[..name.len()].copy_from_slice(name);
        Some(Self { bytes, len: name.len() as u8 })
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.len)]).unwrap_or_default()
    }
}

impl fmt::Debug for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Method {
    /// The methods that have a variant of their own, in the order of their declaration.
    pub const KNOWN: [Self; 10] = [
        Self::Get,
        Self::Head,
        Self::Post,
        Self::Put,
        Self::Delete,
        Self::Connect,
        Self::Options,
        Self::Trace,
        Self::Patch,
        Self::Query,
    ];

    /// Reads a method; `None` when it is no token or longer than [`Extension::MAX`].
    #[inline]
    pub fn from_bytes(name: &[u8]) -> Option<Self> {
        match name {
            b"GET" => Some(Self::Get),
            b"POST" => Some(Self::Post),
            b"HEAD" => Some(Self::Head),
            b"PUT" => Some(Self::Put),
            b"DELETE" => Some(Self::Delete),
            b"OPTIONS" => Some(Self::Options),
            b"PATCH" => Some(Self::Patch),
            b"CONNECT" => Some(Self::Connect),
            b"TRACE" => Some(Self::Trace),
            b"QUERY" => Some(Self::Query),
            _ => Extension::new(name).map(Self::Other),
        }
    }

    /// The name as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Connect => "CONNECT",
            Self::Options => "OPTIONS",
            Self::Trace => "TRACE",
            Self::Patch => "PATCH",
            Self::Query => "QUERY",
            Self::Other(name) => name.as_str(),
        }
    }

    /// Is it read-only by definition: does the client ask for no change of state (RFC 9110 §9.2.1)?
    ///
    /// ```
    /// # use httpz_core::Method;
    ///
    /// assert!(Method::Get.is_safe() && Method::Query.is_safe());
    /// assert!(!Method::Put.is_safe() && Method::from_bytes(b"PURGE").is_some_and(|purge| !purge.is_safe()));
    /// ```
    pub const fn is_safe(&self) -> bool {
        matches!(self, Self::Get | Self::Head | Self::Options | Self::Trace | Self::Query)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_wrote() {
        for method in Method::KNOWN {
            assert_eq!(Method::from_bytes(method.as_str().as_bytes()), Some(method));
        }
    }

    #[test]
    fn keeps_extension_methods_and_refuses_what_is_no_token() {
        assert_eq!(Method::from_bytes(b"get").unwrap().as_str(), "get");
        assert_eq!(Method::from_bytes(&[b'X'; 22]).unwrap().as_str().len(), 22);
        assert_eq!(Method::from_bytes(&[b'X'; 23]), None);
        assert_eq!(Method::from_bytes(b""), None);
        assert_eq!(Method::from_bytes(b"A\0"), None);
    }
}
