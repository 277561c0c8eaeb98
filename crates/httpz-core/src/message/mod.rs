//! What a handler sees: the request, the response and what they are made of.
//!
//! Neither has a lifetime or a generic parameter. Both own pooled buffers and are reset, not
//! rebuilt, between requests.

pub mod alarm;
pub mod ambient;
mod ascii;
pub(crate) mod body;
pub mod chunks;
mod client;
mod closed;
pub mod coding;
pub mod content;
pub mod content_type;
pub mod cookie;
pub mod event;
pub mod events;
mod excerpt;
pub mod fault;
mod json;
mod lasting;
pub(crate) mod link;
pub mod pooled;
pub mod proxies;
pub mod query;
pub mod request;
pub mod response;
mod seats;
pub mod tunnel;
pub mod writer;

pub use alarm::Alarm;
pub use ambient::{Ambient, Phase};
pub use body::Piece;
pub use content::Content;
pub use content_type::ContentType;
pub use cookie::{Cookie, SameSite};
pub use event::{Event, Feed};
pub use events::Events;
#[doc(hidden)]
pub use excerpt::excerpt;
pub use fault::ResponseFault;
#[doc(hidden)]
pub use json::read_json;
pub use pooled::PooledFuture;
pub use proxies::{Proxies, ProxyField};
pub use query::Pairs;
pub use request::Request;
pub use response::{IntoBody, Response};
pub use tunnel::{Came, Tunnel};
pub use writer::Writer;
