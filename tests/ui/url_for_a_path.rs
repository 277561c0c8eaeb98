//! A path is what follows the host.

use httpz::prelude::*;

#[get("http://localhost/users")]
fn list() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![list]));
}
