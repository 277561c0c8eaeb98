//! The name of httpz as a text, in a derive.

use httpz::prelude::*;

#[derive(HttpError)]
#[httpz(crate = "httpz")]
enum Refusal {
    #[status(404)]
    Gone,
}

fn main() {}
