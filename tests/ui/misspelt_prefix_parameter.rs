//! A slip in the name of a parameter of the prefix.

use httpz::prelude::*;

#[get("/posts/:post", under = "/users/:user")]
fn show(usr: u64, post: u64) -> String {
    format!("{usr} {post}")
}

fn main() {
    App::new((), |r| r.group("/users/:user", |g| g.mount(routes![show])));
}
