//! A path is what stands behind the host.

use httpz::prelude::*;

#[get("http://localhost/users")]
fn list() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![list]));
}
