//! A name that path and prefix both have.

use httpz::prelude::*;

#[get("/posts/:id", under = "/users/:id")]
fn show(id: u64) -> String {
    id.to_string()
}

fn main() {
    App::new((), |r| r.group("/users/:user", |g| g.mount(routes![show])));
}
