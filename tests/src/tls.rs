//! The client's side of TLS: it trusts one certificate, whatever that says of itself.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, ConfigBuilder, DigitallySignedStruct, Error, SignatureScheme,
    StreamOwned, SupportedProtocolVersion,
};

/// A file of the folder `tls`.
pub fn pem(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tls")).join(name)
}

/// A client that trusts the certificate in this file of the folder `tls`, and speaks these versions.
///
/// # Panics
///
/// When there is no such file.
pub fn client(trusted: &str, versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
    client_with(trusted, versions).with_no_client_auth()
}

/// The same, for one that may show a certificate.
///
/// # Panics
///
/// As [`client`].
pub fn client_with(
    trusted: &str,
    versions: &[&'static SupportedProtocolVersion],
) -> ConfigBuilder<ClientConfig, WantsClientCert> {
    let provider = Arc::new(ring::default_provider());
    let trusted = CertificateDer::from_pem_file(pem(trusted)).expect("it is a certificate");
    let only = Arc::new(Only { trusted, provider: provider.clone() });
    ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .expect("they can be spoken")
        .dangerous()
        .with_custom_certificate_verifier(only)
}

/// Trusts this certificate and no other.
#[derive(Debug)]
struct Only {
    trusted: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Only {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match *shown == self.trusted {
            true => Ok(ServerCertVerified::assertion()),
            false => Err(Error::General("it is another certificate".into())),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// A connection that is encrypted.
#[derive(Debug)]
pub struct Tls(StreamOwned<ClientConnection, TcpStream>);

impl Tls {
    /// Shakes hands.
    ///
    /// # Errors
    ///
    /// When either side does not like the other.
    pub fn shake_hands(mut socket: TcpStream, config: ClientConfig) -> io::Result<Self> {
        let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
        let session = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
        let mut session = session;
        while session.is_handshaking() {
            session.complete_io(&mut socket)?;
        }
        Ok(Self(StreamOwned::new(session, socket)))
    }

    /// What was agreed on.
    pub fn session(&self) -> &ClientConnection {
        &self.0.conn
    }

    /// The socket below.
    pub fn socket(&self) -> &TcpStream {
        &self.0.sock
    }

    /// Says that no more will be sent.
    ///
    /// # Errors
    ///
    /// When the connection is over.
    pub fn finish(&mut self) -> io::Result<()> {
        self.0.conn.send_close_notify();
        self.0.flush()?;
        self.0.sock.shutdown(Shutdown::Write)
    }
}

impl Read for Tls {
    /// An end without `close_notify` is an error of its own kind.
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.0.read(room).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => io::Error::new(io::ErrorKind::ConnectionAborted, error),
            _ => error,
        })
    }
}

impl Write for Tls {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
