//! `route` takes its method first.

use httpz::prelude::*;

#[route("/cache")]
fn purge() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![purge]));
}
