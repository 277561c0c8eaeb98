//! A header of any type.

use httpz::prelude::*;

#[derive(FromHeader)]
#[header("x-tenant")]
struct Tenant<T>(T);

fn main() {}
