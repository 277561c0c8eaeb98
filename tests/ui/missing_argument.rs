//! A parameter of the path that no argument takes.

use httpz::prelude::*;

#[get("/users/:id/posts/:post")]
fn show(id: u64) -> String {
    id.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![show]));
}
