//! An option that is written like a call.

use httpz::prelude::*;

#[post("/files", limit("10MB"))]
fn upload() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![upload]));
}
