//! What a server has to tell its operator.
//!
//! It goes to standard error as lines or, with the feature `tracing`, becomes events. The same two
//! functions do either, so that nothing else depends on which it is. A sound request logs nothing.

#[cfg_attr(not(feature = "tracing"), path = "stderr.rs")]
#[cfg_attr(feature = "tracing", path = "tracing.rs")]
mod sink;

pub use sink::{request_failed, trouble};
