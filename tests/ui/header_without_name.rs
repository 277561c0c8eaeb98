//! A derived header says which one it is.

use httpz::prelude::*;

#[derive(FromHeader)]
struct Tenant(u32);

fn main() {}
