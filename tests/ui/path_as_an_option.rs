//! A path that is called so.

use httpz::prelude::*;

#[get(path = "/users")]
fn list() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![list]));
}
