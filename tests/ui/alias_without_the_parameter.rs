//! One of two paths lacks what the function takes.

use httpz::prelude::*;

#[get("/users/:id", "/me")]
fn show(id: u64) -> String {
    id.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![show]));
}
