//! A guard with settings, in an attribute.

use httpz::prelude::*;

#[get("/me", guard = auth("admin"))]
fn me() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![me]));
}
