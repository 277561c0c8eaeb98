//! The context is lent.

use httpz::prelude::*;

struct Db;

#[actions]
impl Db {
    #[get("/")]
    fn index(self) -> &'static str {
        ""
    }
}

fn main() {
    App::new(Db, |r| r.mount(Db::routes()));
}
