//! A path that no request has.

use httpz::prelude::*;

#[get("/my files")]
fn files() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![files]));
}
