//! A path written back with a text where the route takes a number.

use httpz::prelude::*;

#[get("/users/:id")]
fn show(id: u64) -> String {
    id.to_string()
}

fn main() {
    let _ = show::url("seven");
    App::new((), |r| r.mount(routes![show]));
}
