//! What errors mean whose kind is known: those of other libraries, and one's own that know their status.
//!
//! `?` makes a 500 of every such error. What it means instead is said by [`App::error`](crate::App::error)
//! and [`HttpError`](crate::HttpError), and looked up here: where the answer is shaped, and before, where an error
//! passes by a dispatcher, since that may look at it.

use std::error::Error as StdError;
use std::sync::Arc;

use crate::{Error, Status};

/// What an error means, if it is of the kind that is known.
pub(crate) type Meaning = Box<dyn Fn(&(dyn StdError + 'static)) -> Option<Error> + Send + Sync>;

/// All that an application knows, in the order in which they are asked.
pub(crate) type Meanings = Arc<[Meaning]>;

/// What an error means: for one that `?` has turned into a 500, what is known of its kind.
#[cold]
pub(crate) fn interpret(meanings: &[Meaning], error: Error) -> Error {
    match meaning(meanings, &error) {
        Some(meant) if meant.source().is_none() => meant.caused_by(error).explained(),
        Some(meant) => meant.explained(),
        None => error,
    }
}

/// What it means, if that is not what it says. Only looks, for those who watch: an error is replaced once,
/// so that what one kind means is not asked about again, be there a dispatcher on its way or none.
pub(crate) fn meaning(meanings: &[Meaning], error: &Error) -> Option<Error> {
    let is_plain = error.code() == 500 && error.message() == Status(500).reason();
    let unexplained = is_plain && !error.is_explained();
    let source = error.source().filter(|_| unexplained)?;
    meanings.iter().find_map(|meaning| meaning(source))
}
