//! Why the protocol refuses a request, and what the peer hears.

use std::fmt;

/// Why a request was refused before any handler saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProtocolError {
    /// The request line is not `method SP target SP version CRLF`.
    BadRequestLine,
    /// The method is longer than [`Extension::MAX`](super::method::Extension::MAX) bytes.
    UnknownMethod,
    /// The request target has none of the four forms, or not the one its method needs.
    BadTarget,
    /// An escape (`%xx`) in the target or in a form is malformed or does not decode to UTF-8.
    BadEscape,
    /// The target outgrew `request.max_target_size`.
    TargetTooLong,
    /// The version is a well-formed one that we do not speak.
    UnknownVersion,
    /// A field line is malformed: a bare CR or LF, folding, a space before the colon, a control byte.
    BadField,
    /// The head outgrew `request.buffer_size` before its blank line came.
    HeadTooLarge,
    /// More field lines than `request.max_header_count`.
    TooManyFields,
    /// An HTTP/1.1 request without `Host`.
    NoHost,
    /// `Host` was sent twice, or is no host.
    BadHost,
    /// Both `Content-Length` and `Transfer-Encoding` were sent.
    TwoFramings,
    /// `Content-Length` is not a row of digits that fits, or was sent twice.
    BadLength,
    /// `Transfer-Encoding` was sent twice, does not end in one `chunked`, or came in an HTTP/1.0 request.
    BadCoding,
    /// A transfer coding before the `chunked` at the end.
    UnknownCoding,
    /// An expectation other than `100-continue`.
    UnknownExpectation,
    /// `Connection` is not a list of tokens.
    BadConnection,
    /// A chunk's size line, its end, or the trailer section is malformed.
    BadChunk,
    /// The body outgrew `request.max_body_size`, or the limit of its group or route.
    BodyTooLarge,
    /// More parameters of a query or a form than `request.max_query_count`.
    TooManyPairs,
    /// The peer ended the connection in the middle of a request.
    CutShort,
    /// The head did not arrive within `timeouts.head`, or more slowly than `timeouts.head_rate`.
    HeadLate,
    /// The body did not arrive in the time that `timeouts.body` gives it.
    BodyLate,
    /// No exchange became free within `pool.timeout`.
    Overloaded,
}

impl ProtocolError {
    /// The status that tells the client what it did wrong.
    pub const fn status(self) -> u16 {
        match self {
            Self::BadRequestLine
            | Self::BadTarget
            | Self::BadEscape
            | Self::BadField
            | Self::NoHost
            | Self::BadHost
            | Self::TwoFramings
            | Self::BadLength
            | Self::BadCoding
            | Self::BadConnection
            | Self::BadChunk
            | Self::TooManyPairs
            | Self::CutShort => 400,
            Self::HeadLate | Self::BodyLate => 408,
            Self::BodyTooLarge => 413,
            Self::TargetTooLong => 414,
            Self::UnknownExpectation => 417,
            Self::HeadTooLarge | Self::TooManyFields => 431,
            Self::UnknownMethod | Self::UnknownCoding => 501,
            Self::Overloaded => 503,
            Self::UnknownVersion => 505,
        }
    }

    /// What was wrong, in words that a peer may read.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadRequestLine => "malformed request line",
            Self::UnknownMethod => "unknown method",
            Self::BadTarget => "malformed request target",
            Self::BadEscape => "malformed percent-encoding",
            Self::TargetTooLong => "request target is too long",
            Self::UnknownVersion => "only HTTP/1.0 and HTTP/1.1 are spoken here",
            Self::BadField => "malformed header field",
            Self::HeadTooLarge => "request head is too large",
            Self::TooManyFields => "request has too many header fields",
            Self::NoHost => "request has no Host",
            Self::BadHost => "malformed or repeated Host",
            Self::TwoFramings => "request has both a length and a transfer coding",
            Self::BadLength => "malformed or repeated Content-Length",
            Self::BadCoding => "malformed or misplaced Transfer-Encoding",
            Self::UnknownCoding => "the only transfer coding spoken here is a single chunked",
            Self::UnknownExpectation => "the only expectation met here is 100-continue",
            Self::BadConnection => "malformed Connection",
            Self::BadChunk => "malformed chunked body",
            Self::BodyTooLarge => "request body is too large",
            Self::TooManyPairs => "request has too many parameters",
            Self::CutShort => "the request ended before it was whole",
            Self::HeadLate => "the request head took too long",
            Self::BodyLate => "the request body took too long",
            Self::Overloaded => "the server is at its limit; try again",
        }
    }
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::error::Error for ProtocolError {}
