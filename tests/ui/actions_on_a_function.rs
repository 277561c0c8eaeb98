//! A function takes its route attribute alone.

use httpz::prelude::*;

#[actions]
fn index() -> &'static str {
    ""
}

fn main() {}
