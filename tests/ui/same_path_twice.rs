//! Two attributes that say the same.

use httpz::prelude::*;

#[get("/users/:id")]
#[get("/users/:name")]
fn show(id: Option<u64>, name: Option<&str>) -> String {
    format!("{id:?} {name:?}")
}

fn main() {
    App::new((), |r| r.mount(routes![show]));
}
