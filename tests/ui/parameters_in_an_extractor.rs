//! Parameters of the path as other libraries take them.

use httpz::prelude::*;

struct Path<T>(T);

#[get("/users/:user/posts/:post")]
fn show(Path((user, post)): Path<(u64, u64)>) -> String {
    format!("{user} {post}")
}

fn main() {
    App::new((), |r| r.mount(routes![show]));
}
