//! Why an answer cannot be sent as the handler left it: each is a 500 with a log line.

use std::fmt;

/// Why a response cannot be sent as the handler left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseFault {
    /// A field name is not a token.
    FieldName,
    /// A field value holds a control byte.
    FieldValue,
    /// The field is the connection's business (`Transfer-Encoding`, `Connection`).
    FieldForbidden,
    /// More fields than `ResponseConfig::max_header_count`.
    TooManyFields,
    /// Fields larger than `ResponseConfig::header_buffer_size`.
    FieldsTooLarge,
    /// The status is not a final one of three digits.
    BadStatus,
    /// A body with a status that forbids one.
    BodyForbidden,
    /// A body that was set before a stream began, and would be lost.
    BodyBeforeStream,
    /// A body that was set after a stream had begun, and would be lost.
    BodyBehindStream,
    /// A `Content-Length` that is not the length of the body.
    WrongLength,
    /// A `Content-Length` of an event stream.
    LengthOfEvents,
    /// A piece that would make a body longer than the `Content-Length` that was sent before it.
    StreamTooLong,
    /// The end of a body that is shorter than that.
    StreamTooShort,
    /// A 2xx to CONNECT, which promises a tunnel.
    NoTunnel,
    /// An event's id or name holds a line end.
    EventField,
    /// A cookie's name, value, path or domain has bytes that cannot stand there.
    CookieText,
    /// A cookie that browsers refuse for its attributes.
    CookieRefused,
    /// A cookie whose name and value are longer than browsers keep.
    CookieTooLarge,
    /// A field or a status was set after the head had been sent, or a chunk after the whole answer.
    TooLate,
}

impl ResponseFault {
    /// Does it tell of one field or cookie, whose name says where to look?
    pub(super) fn is_about_a_name(self) -> bool {
        use ResponseFault::{CookieRefused, CookieText, CookieTooLarge};
        use ResponseFault::{FieldForbidden, FieldName, FieldValue};
        matches!(self, FieldName | FieldValue | FieldForbidden)
            || matches!(self, CookieText | CookieRefused | CookieTooLarge)
    }
}

impl fmt::Display for ResponseFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FieldName => {
                "a response field has a name that is not a token (letters, digits, `-` and the like)"
            }
            Self::FieldValue => {
                "a response field has a value with control bytes, such as a line end"
            }
            Self::FieldForbidden => {
                "a response field belongs to the connection: Transfer-Encoding and Connection are \
                 set by the server (`Connection` may say `close` or `upgrade`)"
            }
            Self::TooManyFields => {
                "the response has more fields than response.max_header_count: raise that, or set \
                 fewer"
            }
            Self::FieldsTooLarge => {
                "the response's fields are larger than response.header_buffer_size: raise that, or \
                 set less"
            }
            Self::BadStatus => {
                "the response has a status outside 200..=999: interim ones are the server's business"
            }
            Self::BodyForbidden => {
                "the response has a body, which its status forbids: leave it out, or choose another \
                 status"
            }
            Self::BodyBeforeStream => {
                "the response had a body when its stream began, which would be lost: send it as the \
                 first piece"
            }
            Self::BodyBehindStream => {
                "the response got a body behind its stream, which would be lost: send it as the last \
                 piece"
            }
            Self::WrongLength => {
                "the response has a Content-Length that is not its body's length: leave it out, the \
                 server writes it"
            }
            Self::LengthOfEvents => {
                "the response has a Content-Length and is an event stream, whose length nobody knows: \
                 leave it out"
            }
            Self::StreamTooLong => {
                "the pieces of the response are more than its Content-Length: correct that, or leave \
                 it out"
            }
            Self::StreamTooShort => {
                "the pieces of the response are less than its Content-Length: correct that, or leave \
                 it out"
            }
            Self::NoTunnel => {
                "a 2xx to CONNECT would promise a tunnel, which this server does not open"
            }
            Self::EventField => "an event has an id or a name with a line end or NUL: take it out",
            Self::CookieText => {
                "a cookie has a name, value, path or domain that cannot be sent (blanks, `;`, `,`, \
                 quotes and the like; a path begins with `/`): encode it"
            }
            Self::CookieRefused => {
                "a cookie would be refused by browsers: SameSite=None, `__Secure-` and `__Host-` \
                 need `secure()`, `__Host-` also the path `/` and no domain"
            }
            Self::CookieTooLarge => {
                "a cookie's name and value have more than 4096 bytes, and browsers drop it: keep the data \
                 on the server and its id in the cookie"
            }
            Self::TooLate => {
                "the response was changed after it had been sent: set everything before the first \
                 piece, and send no piece after the whole"
            }
        })
    }
}

impl std::error::Error for ResponseFault {}
