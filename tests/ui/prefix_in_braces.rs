//! A prefix as other libraries write it.

use httpz::prelude::*;

#[get("/posts/:post", under = "/users/{user}")]
fn show(user: u64, post: u64) -> String {
    format!("{user} {post}")
}

fn main() {
    App::new((), |r| r.group("/users/:user", |g| g.mount(routes![show])));
}
