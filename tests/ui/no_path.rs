//! An attribute without a path.

use httpz::prelude::*;

#[get]
fn index() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
