//! What is lent to be changed is lent once.

use httpz::prelude::*;

struct Me(u64);
struct Db;

#[get("/me")]
fn me(me: &mut Me, _db: &Db) -> String {
    me.0.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![me]));
}
