//! What a server has to say to whoever runs it.
//!
//! Lines on standard error, or with the feature `tracing` events of it. Both are behind two functions,
//! so that nothing else knows which of them it is. Nothing is said on the way of a sound request.

#[cfg_attr(not(feature = "tracing"), path = "stderr.rs")]
#[cfg_attr(feature = "tracing", path = "tracing.rs")]
mod sink;

pub use sink::{request_failed, trouble};
