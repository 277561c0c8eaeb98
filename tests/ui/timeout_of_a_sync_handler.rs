//! What never waits cannot be cut off.

use httpz::prelude::*;

#[get("/slow", timeout = "5s")]
fn slow() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![slow]));
}
