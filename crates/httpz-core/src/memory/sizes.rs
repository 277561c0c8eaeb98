//! How large the buffers of an exchange are.

/// Bytes that one pooled exchange is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// The inbound buffer: holds the head, and the body when it fits. Default 64 KiB.
    pub inbound: usize,
    /// Room for response fields. Default 4 KiB.
    pub fields: usize,
    /// Room for a generated body; grows beyond it and shrinks back. Default 32 KiB.
    pub body: usize,
    /// Request fields whose table is allocated at once. Default 32.
    pub request_fields: usize,
    /// Response fields whose table is allocated at once. Default 16.
    pub response_fields: usize,
}

impl Sizes {
    /// Memory of a body that came after its head, kept for the next one.
    pub const KEPT_BODY: usize = 64 * 1024;
    /// Memory of an arena that is kept for the next request.
    pub const KEPT_ARENA: usize = 64 * 1024;
    /// Memory of the outgoing buffer that is kept for the next batch.
    pub const KEPT_OUTBOUND: usize = 64 * 1024;
    /// Memory of it that is kept between two pieces of an answer that lasts.
    pub const KEPT_BY_STREAMS: usize = 4 * 1024;
}

impl Default for Sizes {
    fn default() -> Self {
        Self {
            inbound: 65_536,
            fields: 4_096,
            body: 32_768,
            request_fields: 32,
            response_fields: 16,
        }
    }
}
