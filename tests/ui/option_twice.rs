//! What holds for the function is said once.

use httpz::prelude::*;

#[post("/files", limit = "1MB")]
#[put("/files", limit = "2MB")]
fn upload() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![upload]));
}
