//! What a route says of itself to those who describe it: nothing, without the feature `openapi`.

/// There is none.
pub type Describe = std::convert::Infallible;
