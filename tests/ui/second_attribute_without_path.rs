//! One attribute of two that says nothing.

use httpz::prelude::*;

#[get("/users")]
#[post]
fn users() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![users]));
}
