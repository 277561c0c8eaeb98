//! A glob is a whole segment.

use httpz::prelude::*;

#[get("/files/a*")]
fn file() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![file]));
}
