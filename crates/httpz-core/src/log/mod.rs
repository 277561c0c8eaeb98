//! What a server has to tell its operator.
//!
//! Lines on standard error or, with the feature `tracing`, its events. Both are behind the same two functions,
//! so that nothing else knows which it is. A sound request logs nothing.

#[cfg_attr(not(feature = "tracing"), path = "stderr.rs")]
#[cfg_attr(feature = "tracing", path = "tracing.rs")]
mod sink;

pub use sink::{request_failed, trouble};
