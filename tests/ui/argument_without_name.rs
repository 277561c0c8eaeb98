//! Nobody knows which parameter it is.

use httpz::prelude::*;

#[get("/users/:id")]
fn show(_: u64, id: u64) -> String {
    id.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![show]));
}
