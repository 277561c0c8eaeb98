//! A type that no path segment can be read as.

use httpz::prelude::*;

struct Id(u64);

#[get("/users/:id")]
fn show(id: Id) -> String {
    id.0.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![show]));
}
