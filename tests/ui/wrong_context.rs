//! A handler mounted where its context is not made.

use httpz::prelude::*;

struct Me;

#[get("/me")]
fn me(_me: &Me) -> &'static str {
    ""
}

fn main() {
    App::new(0u8, |r| r.mount(routes![me]));
}
