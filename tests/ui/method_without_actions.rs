//! A method becomes a route in an `impl` with `#[actions]`.

use httpz::prelude::*;

struct Db;

impl Db {
    #[get("/")]
    fn index(&self) -> &'static str {
        ""
    }
}

fn main() {}
