//! An error that is refused in two ways.

use httpz::prelude::*;

#[derive(HttpError)]
enum Refusal {
    #[status(404)]
    #[status(410)]
    Gone,
}

fn main() {}
