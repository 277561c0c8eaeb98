//! Another spelling of other libraries.

use httpz::prelude::*;

#[get("/users/<id>")]
fn show(id: u64) -> String {
    id.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![show]));
}
