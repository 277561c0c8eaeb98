//! What stands in the place of `proxied` when the feature `proxy-protocol` is off: a refusal.

use std::io;

use crate::net::{Socket, SocketWire};

/// Why such a place cannot be opened.
pub(super) fn check() -> io::Result<()> {
    let text = "PROXY headers are read only with the cargo feature `proxy-protocol`";
    Err(io::Error::new(io::ErrorKind::Unsupported, text))
}

/// Never asked: such a place was not opened.
pub(super) async fn enter<S: Socket>(_: &SocketWire<S>) -> bool {
    false
}
