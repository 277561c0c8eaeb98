//! No argument could be called that.

use httpz::prelude::*;

#[get("/users/:1st")]
fn show() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![show]));
}
