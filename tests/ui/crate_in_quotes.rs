//! The name of httpz as a text, as serde takes it.

use httpz::prelude::*;

#[get("/", crate = "httpz")]
fn index() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
