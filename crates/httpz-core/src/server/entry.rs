//! How the connections of a place begin, before the first request: with a PROXY header, a TLS handshake, both or
//! neither.

use super::tls::Tls;

/// What comes before the first request.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Does a PROXY header come first?
    pub(super) proxied: bool,
    /// How is the rest encrypted, if it is?
    pub(super) tls: Option<Tls>,
}
