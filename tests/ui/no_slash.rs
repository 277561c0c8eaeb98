//! A path without its slash.

use httpz::prelude::*;

#[get("users")]
fn list() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![list]));
}
