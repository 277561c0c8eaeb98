//! What a handler sees: the request, the response and what they are made of.
//!
//! Neither has a lifetime or a generic parameter. Both own pooled buffers and are reset, not
//! rebuilt, between requests.

pub mod ambient;
mod ascii;
pub(crate) mod body;
pub mod chunks;
pub mod content_type;
pub(crate) mod link;
pub mod query;
pub mod request;
pub mod response;
pub mod writer;

pub use ambient::Ambient;
pub use content_type::ContentType;
pub use query::Pairs;
pub use request::Request;
pub use response::{Body, Response, ResponseFault};
pub use writer::Writer;
