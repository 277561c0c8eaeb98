//! A colon and nothing after it.

use httpz::prelude::*;

#[get("/users/:")]
fn show() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![show]));
}
