//! What users ask for where there is TLS: places that speak it, and certificates that are read again. Feature `tls`.

use super::handle::Handle;
use super::listen::Listen;
use super::tls::Tls;
use crate::error::Result;

impl Listen {
    /// Every connection here begins with a TLS handshake. Feature `tls`.
    ///
    /// [`Request::scheme`](crate::Request::scheme) is then `https`. The handshake must be over within
    /// `Config::timeouts.head`; where the place is [proxied](Listen::Proxied) as well, the PROXY header comes before it.
    ///
    /// ```no_run
    /// # use httpz_core::{Listen, Tls};
    /// # fn main() -> httpz_core::Result {
    /// let tls = Tls::from_pem_files("fullchain.pem", "privkey.pem")?;
    /// let place = Listen::tcp(([0, 0, 0, 0], 8443)).tls(tls);
    /// assert_eq!(place.to_string(), "tls:0.0.0.0:8443");
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn tls(self, tls: Tls) -> Self {
        Self::Tls { place: Box::new(self), tls: Some(tls) }
    }
}

impl Handle {
    /// Reads the certificates of all places again that are read from files; new connections use them, and those that
    /// are open go on. Feature `tls`.
    ///
    /// To be called when they have been renewed, by a thread that looks every hour or when a signal comes.
    ///
    /// # Errors
    ///
    /// As for [`Tls::reload`]. Those of the other places have been read all the same.
    pub fn reload_tls(&self) -> Result {
        let files = self.places().iter().filter_map(Listen::tls_of).filter(|tls| tls.has_files());
        files.map(Tls::reload).fold(Ok(()), Result::and)
    }
}
