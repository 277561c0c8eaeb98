//! Fields are asked for by type, and named so that they can be read.

use httpz::prelude::*;

#[derive(Context)]
struct Api(u64, u8);

fn main() {}
