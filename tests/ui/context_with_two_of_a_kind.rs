//! A context that could lend either of two fields.

use httpz::prelude::*;

#[derive(Context)]
struct Place {
    first: u64,
    second: u64,
}

fn main() {}
