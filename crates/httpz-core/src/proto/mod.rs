//! Bytes to meaning and back: the protocol itself, as pure functions.
//!
//! Nothing in here waits, reads a clock or owns a socket. The same bytes give the same outcome
//! however they are cut into reads, and no input panics; both are what the tests of this room check
//! first. One file answers one question:
//!
//! | file | question |
//! |---|---|
//! | `head` | where does a request head end, and what does it say? |
//! | `scan` | is it one of those that nearly everybody sends? |
//! | `known` | which fields decide about framing and connection? |
//! | `target` | which of the four forms has the request target? |
//! | `fields` | which name has which value? |
//! | `host` | is this a host, perhaps with a port? |
//! | `framing` | how is the body delimited? |
//! | `decode` | which of these bytes are body? |
//! | `cycle` | does the connection live on after this answer? |
//! | `encode` | which bytes say this answer? |
//! | `date` | what is the time, in HTTP's words? |
//! | `percent` | what does an escaped path or query mean? |
//! | `chars`, `wide` | which bytes may stand where, one at a time and sixteen? |
//! | `method`, `version`, `status` | what do the three words of HTTP mean that are no fields? |
//! | `limits`, `error` | when is a request given up, and what does the peer hear? |

pub mod chars;
pub mod cycle;
pub mod date;
pub mod decode;
pub mod encode;
pub mod error;
pub mod fields;
pub mod framing;
pub mod head;
pub mod host;
mod known;
pub mod limits;
pub mod method;
pub mod percent;
mod scan;
pub mod status;
pub mod target;
pub mod version;
mod wide;

pub use cycle::{Cycle, Verdict};
pub use date::DateLine;
pub use decode::Decoder;
pub use error::ProtocolError;
pub use fields::{Fields, Span};
pub use framing::Framing;
pub use head::Head;
pub use limits::Limits;
pub use method::Method;
pub use status::Status;
pub use target::{Target, TargetForm};
pub use version::Version;
