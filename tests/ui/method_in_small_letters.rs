//! Methods have a case.

use httpz::prelude::*;

#[route(get, "/")]
fn index() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
