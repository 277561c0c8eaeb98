//! A path with an escape that is undone before paths are compared.

use httpz::prelude::*;

#[get("/caf%C3%A9")]
fn menu() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![menu]));
}
