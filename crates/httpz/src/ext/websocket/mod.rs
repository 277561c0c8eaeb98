//! WebSocket (RFC 6455): messages both ways over a connection that began as a request.
//!
//! [`WebSocket::accept`] gives a [`WebSocket`]; pings, fragments, checks of texts, closes and the
//! shutdown of the server are its business, handlers see messages. `frame` knows the bytes, `handshake`
//! the proof of the key; no extension is spoken.

mod accept;
mod frame;
mod handshake;
mod message;
mod socket;

pub use accept::Accept;
pub use message::{CloseCode, Message};
pub use socket::{Either, WebSocket};
