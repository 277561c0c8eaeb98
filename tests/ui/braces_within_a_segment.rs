//! A parameter in braces, with text around it.

use httpz::prelude::*;

#[get("/files/{name}.json")]
fn file() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![file]));
}
