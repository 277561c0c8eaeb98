//! An option that is nearly one.

use httpz::prelude::*;

#[post("/files", limt = "10MB")]
fn upload() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![upload]));
}
