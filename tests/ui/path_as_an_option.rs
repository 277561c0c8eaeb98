//! A path that is given by name, as an option.

use httpz::prelude::*;

#[get(path = "/users")]
fn list() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![list]));
}
