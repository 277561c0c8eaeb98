//! What the protocol accepts before it gives up on a request.

/// Bounds on a single request; over one, the request is refused and the connection closed.
///
/// ```
/// # use httpz_core::proto::Limits;
/// let limits = Limits { body: 10 * 1024 * 1024, ..Limits::default() };
/// assert_eq!(limits.fields, 32);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of request line and fields together; a larger head is answered with 431.
    ///
    /// Allocated up front for every pooled exchange. Default 64 KiB, as in the Zig original.
    pub head: usize,
    /// Bytes of the request target; a longer one is answered with 414. Default 8 KiB, what
    /// RFC 9112 §3 recommends as the least to support.
    pub target: usize,
    /// Field lines of a head; more are answered with 431. Default 32, at most [`Limits::MAX_FIELDS`].
    pub fields: usize,
    /// Bytes of a decoded body; a larger one is answered with 413. Default 1 MiB.
    pub body: u64,
    /// Parameters of a query string or a form; more are answered with 400. Default 32.
    pub query_pairs: usize,
}

impl Limits {
    /// The most field lines that can be configured: their table is on the stack during parsing.
    pub const MAX_FIELDS: usize = 128;
}

impl Default for Limits {
    fn default() -> Self {
        Self { head: 65_536, target: 8_192, fields: 32, body: 1_048_576, query_pairs: 32 }
    }
}
