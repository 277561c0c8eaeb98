//! An enum that would never be read as one of its variants.

use httpz::prelude::*;

#[derive(FromParam)]
enum Colour {
    #[param("red")]
    Crimson,
    Red,
}

fn main() {}
