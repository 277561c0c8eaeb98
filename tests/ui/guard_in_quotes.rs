//! A guard as a text.

use httpz::prelude::*;

#[get("/me", guard = "auth")]
fn me() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![me]));
}
