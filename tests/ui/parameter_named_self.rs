//! A word that no argument can be called.

use httpz::prelude::*;

#[get("/users/:self")]
fn show() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![show]));
}
