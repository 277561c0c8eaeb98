//! A parameter of the prefix that no argument takes.

use httpz::prelude::*;

#[get("/posts/:post", under = "/users/:user")]
fn show(post: u64) -> String {
    post.to_string()
}

fn main() {
    App::new((), |r| r.group("/users/:user", |g| g.mount(routes![show])));
}
