//! What a route says of itself to those who describe it: nothing, without the feature `openapi`.

/// There is none.
pub(crate) type Describe = std::convert::Infallible;

/// What a route macro knows about a function, without its types.
#[doc(hidden)]
#[macro_export]
macro_rules! __describe {
    (($meta:expr) $($types:tt)*) => {
        $meta
    };
}
