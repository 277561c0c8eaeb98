//! A list of what functions return.

use httpz::prelude::*;

#[get("/users")]
fn list() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![list()]));
}
