//! Two arguments of one name: the compiler knows that mistake.

use httpz::prelude::*;

#[get("/users/:id")]
fn show(id: u64, id: u64) -> String {
    id.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![show]));
}
