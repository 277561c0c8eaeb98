//! A guard whose context is not the one of its place.

use httpz::prelude::*;

struct Db;

fn auth(_: &Db, _: &Request) -> Result<u64> {
    Ok(1)
}

fn main() {
    App::new(Db, |r| r.guard(auth));
}
