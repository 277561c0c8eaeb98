//! Routes have no rank.

use httpz::prelude::*;

#[get("/users/:id", rank = 2)]
fn show(id: u64) -> String {
    id.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![show]));
}
