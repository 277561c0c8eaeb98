//! No method has a route attribute.

use httpz::prelude::*;

struct Db;

#[actions]
impl Db {
    fn index(&self) -> &'static str {
        ""
    }
}

fn main() {}
