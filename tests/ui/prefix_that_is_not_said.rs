//! An argument from the prefix of a group, of which the attribute says nothing.

use httpz::prelude::*;

#[get("/posts/:post")]
fn show(user: u64, post: u64) -> String {
    format!("{user} {post}")
}

fn main() {
    App::new((), |r| r.group("/users/:user", |g| g.mount(routes![show])));
}
