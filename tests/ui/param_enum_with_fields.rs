//! A variant with fields has no name to be read by.

use httpz::prelude::*;

#[derive(FromParam)]
enum Colour {
    Red,
    Rgb(u32),
}

fn main() {}
