//! An argument that is to leave a parameter unused.

use httpz::prelude::*;

#[get("/users/:id")]
fn show(_: u64) -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![show]));
}
