//! What is wrong with a pattern, and where.

use std::fmt;

/// A pattern that is malformed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    pub(crate) offset: usize,
    pub(crate) text: String,
}

impl PatternError {
    /// The byte of the pattern at which the mistake stands.
    pub fn offset(&self) -> usize {
        self.offset
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for PatternError {}

/// Why a pattern was not inserted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InsertError {
    /// The pattern is malformed.
    Pattern(PatternError),
    /// Another pattern matches the same paths with the same precedence.
    Conflict {
        /// The pattern that was to be inserted.
        new: String,
        /// The pattern that is there.
        old: String,
    },
}

impl fmt::Display for InsertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pattern(error) => error.fmt(f),
            Self::Conflict { new, old } => write!(f, "`{new}` matches the same paths as `{old}`"),
        }
    }
}

impl std::error::Error for InsertError {}

impl From<PatternError> for InsertError {
    fn from(error: PatternError) -> Self {
        Self::Pattern(error)
    }
}
