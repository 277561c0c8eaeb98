//! A header that no request has.

use httpz::prelude::*;

#[derive(FromHeader)]
#[header("x tenant")]
struct Tenant(u32);

fn main() {}
