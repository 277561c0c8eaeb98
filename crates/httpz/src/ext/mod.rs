//! What not everybody needs: one file and one cargo feature each, all off by default. What two of them need has a file
//! of its own, too.

#[cfg(any(feature = "compression", feature = "files"))]
mod accept_encoding;
#[cfg(any(feature = "signed-cookies", feature = "websocket"))]
mod base64;
#[cfg(feature = "compression")]
pub mod compression;
#[cfg(feature = "files")]
pub mod files;
#[cfg(feature = "handover")]
pub mod handover;
#[cfg(feature = "metrics")]
pub mod metrics;
#[cfg(feature = "multipart")]
pub mod multipart;
#[cfg(feature = "openapi")]
pub mod openapi;
#[cfg(feature = "rate-limit")]
pub mod rate_limit;
#[cfg(feature = "request-id")]
pub mod request_id;
#[cfg(feature = "signed-cookies")]
pub mod signed_cookies;
#[cfg(feature = "systemd")]
pub mod systemd;
#[cfg(feature = "validation")]
pub mod validation;
#[cfg(feature = "websocket")]
pub mod websocket;
