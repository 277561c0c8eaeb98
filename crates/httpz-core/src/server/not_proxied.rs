//! Takes the place of `proxied` when the feature `proxy-protocol` is off, and refuses such places.

use crate::net::{Socket, SocketWire};

/// Why such a place cannot be opened.
pub(super) const MISSING: Option<&str> = Some(
    "where PROXY headers are read, which needs the cargo feature `proxy-protocol`; turn it on",
);

/// Never called, since such a place cannot be opened.
pub(super) async fn enter<S: Socket>(_: &SocketWire<S>) -> bool {
    false
}
