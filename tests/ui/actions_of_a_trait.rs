//! Methods of a trait are not the type's own.

use httpz::prelude::*;

struct Db;

#[actions]
impl Clone for Db {
    #[get("/")]
    fn clone(&self) -> Self {
        Db
    }
}

fn main() {}
