//! An argument that is to be kept.

use httpz::prelude::*;

#[get("/users/:name")]
fn show(name: &'static str) -> &'static str {
    name
}

fn main() {
    App::new((), |r| r.mount(routes![show]));
}
