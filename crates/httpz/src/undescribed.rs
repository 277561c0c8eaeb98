//! The descriptions of routes without the feature `openapi`: none.

/// Has no value, so no route has a description.
pub type Describe = std::convert::Infallible;
