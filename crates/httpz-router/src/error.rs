//! What is wrong with a pattern, and where.

use alloc::string::String;
use core::fmt;

/// A pattern that is malformed: what is wrong with it, at which byte, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    offset: usize,
    text: String,
}

impl PatternError {
    pub(crate) fn new(offset: usize, text: String) -> Self {
        Self { offset, text }
    }

    /// The byte of the pattern at which the mistake begins.
    pub fn offset(&self) -> usize {
        self.offset
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl core::error::Error for PatternError {}

/// Why a pattern was not inserted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InsertError {
    /// The pattern is malformed.
    Pattern(PatternError),
    /// Another pattern matches exactly the same paths.
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
            Self::Conflict { new, old } => {
                write!(f, "`{new}` matches the same paths as `{old}`, which is there already")
            }
        }
    }
}

impl core::error::Error for InsertError {}

impl From<PatternError> for InsertError {
    fn from(error: PatternError) -> Self {
        Self::Pattern(error)
    }
}
