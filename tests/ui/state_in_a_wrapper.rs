//! State as other libraries hand it over.

use httpz::prelude::*;

struct Db;

#[get("/")]
fn index(State(_db): State<Db>) -> &'static str {
    ""
}

fn main() {
    App::new(Db, |r| r.mount(routes![index]));
}
