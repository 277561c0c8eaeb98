//! A function without an attribute in a list of routes.

use httpz::prelude::*;

fn plain() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![plain]));
}
