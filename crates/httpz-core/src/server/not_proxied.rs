//! What stands in the place of `proxied` when the feature `proxy-protocol` is off: a refusal.

use crate::net::{Socket, SocketWire};

/// Why such a place cannot be opened.
pub(super) const MISSING: Option<&str> = Some(
    "where PROXY headers are read, which needs the cargo feature `proxy-protocol`; turn it on",
);

/// Never asked: such a place was not opened.
pub(super) async fn enter<S: Socket>(_: &SocketWire<S>) -> bool {
    false
}
