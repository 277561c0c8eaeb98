//! A colon and nothing behind it.

use httpz::prelude::*;

#[get("/users/:")]
fn show() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![show]));
}
