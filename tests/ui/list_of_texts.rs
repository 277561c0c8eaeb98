//! A list of texts, where the names of functions belong.

use httpz::prelude::*;

#[get("/")]
fn index() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes!["index"]));
}
