//! An option that there is not.

use httpz::prelude::*;

#[get("/", colour = "red")]
fn index() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
