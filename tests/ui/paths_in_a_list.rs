//! Several paths as a list.

use httpz::prelude::*;

#[get(["/users", "/people"])]
fn list() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![list]));
}
