//! A route's type would hide the primitive one.

use httpz::prelude::*;

#[get("/bool")]
fn bool() -> &'static str {
    "true"
}

fn main() {
    App::new((), |r| r.mount(routes![bool]));
}
