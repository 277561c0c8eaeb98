//! What a place needs to speak TLS: certificates, and the handshake before the first request. Feature `tls`.
//!
//! The certificate lies in a cell of its own, from which every handshake takes it. So a renewed one is used from the
//! next connection on, and those that are open go on with what they have.

use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::conn::{Common, Conn};
use crate::error::{Error, Result};
use crate::net::tls::TlsWire;
use crate::net::{Socket, SocketWire};
use crate::proto::encode;
use crate::service::Service;

/// The only protocol that we speak over TLS.
const HTTP: &[u8] = b"http/1.1";

/// Nothing: such places can be opened.
pub(super) const MISSING: Option<&str> = None;

/// How a place speaks TLS: with which certificate, and by which rules. Feature `tls`.
///
/// TLS 1.2 and 1.3, and HTTP/1.1 over it. Copies are the same: a certificate that one renews is that of all.
///
/// ```no_run
/// use httpz_core::{Listen, Tls};
///
/// # fn example() -> httpz_core::Result<Listen> {
/// let tls = Tls::from_pem_files("fullchain.pem", "privkey.pem")?;
/// let place = Listen::tcp(([0, 0, 0, 0], 8443)).tls(tls.clone());
/// # Ok(place) }
/// ```
#[derive(Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
    certificate: Option<Arc<Renewable>>,
}

/// The certificate of new connections.
struct Renewable {
    now: RwLock<Arc<CertifiedKey>>,
    provider: Arc<CryptoProvider>,
    files: Option<Files>,
}

/// Where a certificate and its key are read from.
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

/// What is wrong with a certificate or its key, and what to do.
pub(super) struct Flaw {
    /// Is it the key?
    pub(super) of_key: bool,
    pub(super) mend: String,
}

impl Tls {
    /// With the certificate in one file and its key in another, both in PEM; the certificate is followed by those that
    /// lead to its root, as in the `fullchain.pem` of Certbot.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, holds no such thing, or when the key is that of another certificate.
    pub fn from_pem_files(
        certificate: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
    ) -> Result<Self> {
        Ok(Self::from_files(certificate.into(), key.into())?)
    }

    pub(super) fn from_files(certificate: PathBuf, key: PathBuf) -> Result<Self, Flaw> {
        let files = Files { certificate, key };
        let provider = Arc::new(ring::default_provider());
        let pair = files.read(&provider)?;
        Self::new(pair, provider, Some(files))
    }

    /// With this certificate and this key, both in PEM.
    ///
    /// # Errors
    ///
    /// When they hold no such thing, or when the key is that of another certificate.
    pub fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self> {
        let provider = Arc::new(ring::default_provider());
        let pair = certified(certificate, key, &provider)?;
        Ok(Self::new(pair, provider, None)?)
    }

    fn new(
        pair: CertifiedKey,
        provider: Arc<CryptoProvider>,
        files: Option<Files>,
    ) -> Result<Self, Flaw> {
        let now = RwLock::new(Arc::new(pair));
        let certificate = Arc::new(Renewable { now, provider: provider.clone(), files });
        let unusable =
            |error| Flaw { of_key: false, mend: format!("cannot be used for TLS: {error}") };
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_no_client_auth()
            .with_cert_resolver(certificate.clone());
        // What a client needs to come back quickly it keeps itself, and workers share no table of it.
        config.ticketer = ring::Ticketer::new().map_err(unusable)?;
        Ok(Self { certificate: Some(certificate), ..Self::from_rustls(Arc::new(config)) })
    }

    /// By the rules of a configuration of rustls 0.23, for what the others leave out: certificates of clients, say, or
    /// one for each name.
    ///
    /// Two of its settings are ours: the protocol is HTTP/1.1, and there is no early data, which could be replayed.
    pub fn from_rustls(config: Arc<ServerConfig>) -> Self {
        let mut config = Arc::unwrap_or_clone(config);
        config.alpn_protocols = vec![HTTP.to_vec()];
        config.max_early_data_size = 0;
        Self { config: Arc::new(config), certificate: None }
    }

    /// Reads the files of [`Tls::from_pem_files`] again; new connections use what is in them now.
    ///
    /// # Errors
    ///
    /// As for [`Tls::from_pem_files`]; then the certificate stays what it was. Also when there are no files.
    pub fn reload(&self) -> Result {
        let renewable = self.renewable()?;
        let Some(files) = &renewable.files else {
            let mend = "was not read from files; call Tls::replace with a new one";
            return Err(Flaw { of_key: false, mend: mend.into() }.into());
        };
        renewable.set(files.read(&renewable.provider)?);
        Ok(())
    }

    /// Gives new connections this certificate and this key, both in PEM.
    ///
    /// # Errors
    ///
    /// As for [`Tls::from_pem`]; then the certificate stays what it was. Also for one made by [`Tls::from_rustls`].
    pub fn replace(&self, certificate: &[u8], key: &[u8]) -> Result {
        let renewable = self.renewable()?;
        renewable.set(certified(certificate, key, &renewable.provider)?);
        Ok(())
    }

    fn renewable(&self) -> Result<&Renewable, Flaw> {
        let mend = "is that of a configuration of rustls, which renews it by a ResolvesServerCert of yours";
        self.certificate.as_deref().ok_or(Flaw { of_key: false, mend: mend.into() })
    }

    /// Has it files to read again?
    pub(super) fn has_files(&self) -> bool {
        self.certificate.as_ref().is_some_and(|certificate| certificate.files.is_some())
    }
}

/// The same, not only alike.
impl PartialEq for Tls {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.config, &other.config)
    }
}

impl Eq for Tls {}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = self.certificate.as_ref().and_then(|certificate| certificate.files.as_ref());
        // Nothing of the key.
        f.debug_struct("Tls")
            .field("certificate", &files.map(|files| &files.certificate))
            .finish_non_exhaustive()
    }
}

impl Renewable {
    fn set(&self, pair: CertifiedKey) {
        // Poisoning is ignored: it is set in one step.
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(pair);
    }
}

impl ResolvesServerCert for Renewable {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.now.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl fmt::Debug for Renewable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renewable").finish_non_exhaustive()
    }
}

impl Files {
    fn read(&self, provider: &CryptoProvider) -> Result<CertifiedKey, Flaw> {
        let certificate = read(&self.certificate, false)?;
        let key = read(&self.key, true)?;
        certified(&certificate, &key, provider).map_err(|Flaw { of_key, mend }| {
            let file = if of_key { &self.key } else { &self.certificate };
            Flaw { of_key, mend: format!("in {} {mend}", file.display()) }
        })
    }
}

fn read(file: &Path, of_key: bool) -> Result<Vec<u8>, Flaw> {
    std::fs::read(file).map_err(|error| {
        let mend = "name a file in PEM that the server may read";
        Flaw { of_key, mend: format!("cannot be read from {}: {error}; {mend}", file.display()) }
    })
}

/// A certificate with its key, which belong together.
fn certified(
    certificate: &[u8],
    key: &[u8],
    provider: &CryptoProvider,
) -> Result<CertifiedKey, Flaw> {
    let no_pem = |of_key, what, error: pem::Error| {
        let mend = format!("is none in PEM: {error}; it has a line `-----BEGIN {what}-----`");
        Flaw { of_key, mend }
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(certificate)
        .collect::<Result<_, _>>()
        .map_err(|error| no_pem(false, "CERTIFICATE", error))?;
    if chain.is_empty() {
        return Err(no_pem(false, "CERTIFICATE", pem::Error::NoItemsFound));
    }
    let key =
        PrivateKeyDer::from_pem_slice(key).map_err(|error| no_pem(true, "PRIVATE KEY", error))?;
    CertifiedKey::from_der(chain, key, provider).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => {
            let mend = "is that of another certificate; name the two that were made together";
            Flaw { of_key: true, mend: mend.into() }
        }
        rustls::Error::InvalidCertificate(_) => {
            Flaw { of_key: false, mend: format!("cannot be read: {error}; have it issued again") }
        }
        _ => {
            let mend = format!("cannot be used: {error}; use an ECDSA, Ed25519 or RSA key");
            Flaw { of_key: true, mend }
        }
    })
}

impl From<Flaw> for Error {
    fn from(Flaw { of_key, mend }: Flaw) -> Self {
        let what = if of_key { "the key for TLS" } else { "the certificate for TLS" };
        Self::status(500, format!("{what} {mend}"))
    }
}

/// Shakes hands, and serves the requests that follow.
pub(super) async fn serve<S: Socket, A: Service>(
    socket: Rc<SocketWire<S>>,
    tls: Tls,
    common: Rc<Common<A>>,
) {
    let Ok(wire) = TlsWire::new(socket, tls.config) else { return };
    if wire.shake_hands(encode::NOT_TLS).await {
        Conn::new(wire, common).serve().await;
    }
}
