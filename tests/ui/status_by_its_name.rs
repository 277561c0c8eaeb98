//! The status of an error is a number.

use httpz::prelude::*;

#[derive(HttpError)]
enum Refusal {
    #[status(Status::NOT_FOUND)]
    NoNote,
}

fn main() {
    let _ = Error::from(Refusal::NoNote);
}
