//! Only functions answer.

use httpz::prelude::*;

#[get("/")]
struct Index;

fn main() {}
