//! Why routes cannot be registered.

use std::fmt;

use crate::{CorsError, Verb};

/// Why a route was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RouteError {
    /// The pattern is malformed.
    #[non_exhaustive]
    Malformed {
        /// The pattern.
        pattern: String,
        /// The function it was for.
        handler: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Another route answers the same requests.
    #[non_exhaustive]
    Conflict {
        /// Which methods.
        verb: Verb,
        /// The pattern that was registered first.
        first: String,
        /// The function it is for.
        first_handler: String,
        /// The pattern that was refused.
        second: String,
        /// The function it was for.
        second_handler: String,
    },
    /// The pattern has more parameters than `request.max_param_count`.
    #[non_exhaustive]
    TooManyParams {
        /// The pattern.
        pattern: String,
        /// The function it was for.
        handler: String,
        /// How many it has.
        count: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// The name of the method is not one that a request could have.
    #[non_exhaustive]
    BadMethod {
        /// The name.
        name: String,
        /// The function it was for.
        handler: String,
    },
    /// The route says which group it stands in (`under = "…"`), and stands elsewhere.
    #[non_exhaustive]
    Elsewhere {
        /// The pattern, without prefix.
        pattern: String,
        /// The function it is for.
        handler: String,
        /// The prefix that it says.
        under: String,
        /// The prefix of the group that it was mounted in; empty at the root.
        prefix: String,
    },
    /// What pages of other origins may do is not well said.
    Cors(CorsError),
}

impl fmt::Display for RouteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { pattern, handler, reason } => {
                write!(f, "`{pattern}` of `{handler}`: {reason}")
            }
            Self::Conflict { verb, first, first_handler, second, second_handler } => write!(
                f,
                "{verb} `{second}` of `{second_handler}` answers the same requests as \
                 {verb} `{first}` of `{first_handler}`"
            ),
            Self::TooManyParams { pattern, handler, count, limit } => write!(
                f,
                "`{pattern}` of `{handler}` has {count} parameters; request.max_param_count is \
                 {limit}: raise that, or use fewer"
            ),
            Self::BadMethod { name, handler } => {
                write!(
                    f,
                    "`{name}` of `{handler}` is not the name of a method: write a token of at most \
                     22 bytes, as in `PURGE`"
                )
            }
            Self::Elsewhere { pattern, handler, under, prefix } => {
                if !pattern.is_empty() {
                    write!(f, "`{pattern}` of ")?;
                }
                write!(f, "`{handler}` stands under `{under}`, but is mounted ")?;
                match prefix.as_str() {
                    "" => f.write_str("at the root")?,
                    prefix => write!(f, "under `{prefix}`")?,
                }
                write!(
                    f,
                    ": mount it in `group(\"{under}\", …)`, or say the prefix it has by `under`"
                )
            }
            Self::Cors(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RouteError {}

/// Every route that was refused, in the order of registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildError {
    pub(crate) errors: Vec<RouteError>,
}

impl BuildError {
    /// The errors, one for each route that was refused.
    pub fn errors(&self) -> &[RouteError] {
        &self.errors
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("routes cannot be registered: ")?;
        for (i, error) in self.errors.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for BuildError {}
