//! Takes the place of `tls` when the feature `tls` is off, and refuses such places.

use std::path::PathBuf;
use std::rc::Rc;

use crate::conn::Common;
use crate::net::{Socket, SocketWire};
use crate::service::Service;

/// Why such a place cannot be opened.
pub(super) const MISSING: Option<&str> =
    Some("where TLS is spoken, which needs the cargo feature `tls`; turn it on");

/// How a place speaks TLS, of which there is none without the feature `tls`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {}

/// What is wrong with a certificate or its key.
pub(super) struct Flaw {
    pub(super) of_key: bool,
    pub(super) mend: String,
}

impl Tls {
    /// Never called, since such a place cannot be opened.
    pub(super) fn from_files(_: PathBuf, _: PathBuf) -> Result<Self, Flaw> {
        Err(Flaw { of_key: false, mend: "needs the cargo feature `tls`; turn it on".into() })
    }
}

/// Never called, since there is no `Tls`.
pub(super) async fn serve<S: Socket, A: Service>(_: Rc<SocketWire<S>>, tls: Tls, _: Rc<Common<A>>) {
    match tls {}
}
