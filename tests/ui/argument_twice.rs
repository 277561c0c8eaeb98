//! Two arguments for one parameter.

use httpz::prelude::*;

#[get("/users/:id")]
fn show(id: u64, _id: &str) -> String {
    id.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![show]));
}
