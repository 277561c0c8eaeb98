//! The macro must see the path.

use httpz::prelude::*;

const PATH: &str = "/";

#[get(PATH)]
fn index() -> &'static str {
    PATH
}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
