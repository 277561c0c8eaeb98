//! Ten of what?

use httpz::prelude::*;

#[post("/files", limit = "10")]
fn upload() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![upload]));
}
