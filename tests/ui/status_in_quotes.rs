//! A status as a text.

use httpz::prelude::*;

#[derive(HttpError)]
enum Refusal {
    #[status("404")]
    Gone,
}

fn main() {}
