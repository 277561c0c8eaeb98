//! What comes and goes through a socket, and why it was closed.

use serde::de::DeserializeOwned;

use httpz_core::message::read_json;

use crate::Result;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A text.
    Text(String),
    /// Bytes.
    Binary(Vec<u8>),
}

impl Message {
    /// The text; `None` of one that is bytes.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Binary(_) => None,
        }
    }

    /// The bytes, of a text as well.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }

    /// The message read as JSON.
    ///
    /// # Errors
    ///
    /// 400 when it is not such JSON, with the words that an argument `Json<T>` has for a body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        read_json(self.as_bytes())
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Vec<u8>> for Message {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Binary(bytes)
    }
}

/// Why a socket was closed (RFC 6455 §7.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CloseCode(pub u16);

impl CloseCode {
    /// All has been said.
    pub const NORMAL: Self = Self(1000);
    /// A side is leaving, as a server that shuts down.
    pub const AWAY: Self = Self(1001);
    /// The protocol was broken.
    pub const PROTOCOL: Self = Self(1002);
    /// The peer gave no reason.
    pub const NONE: Self = Self(1005);
    /// The connection ended without a word.
    pub const LOST: Self = Self(1006);
    /// A text that is not UTF-8.
    pub const NOT_TEXT: Self = Self(1007);
    /// A message that is not taken, for a reason without a code of its own.
    pub const REFUSED: Self = Self(1008);
    /// A message that is too large.
    pub const TOO_LARGE: Self = Self(1009);
    /// The server has failed.
    pub const FAILED: Self = Self(1011);

    /// What is said when the handler is done, with an error of this status if it has failed.
    pub(super) fn of_outcome(failed: Option<u16>) -> Self {
        match failed {
            None => Self::NORMAL,
            Some(500..) => Self::FAILED,
            Some(_) => Self::REFUSED,
        }
    }

    /// May a peer send it?
    pub(super) fn may_be_sent(self) -> bool {
        matches!(self.0, 1000..=1003 | 1007..=1014 | 3000..=4999)
    }
}
