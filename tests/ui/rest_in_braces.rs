//! How others write the rest of a path.

use httpz::prelude::*;

#[get("/files/{*path}")]
fn file(path: &str) -> String {
    path.to_owned()
}

fn main() {
    App::new((), |r| r.mount(routes![file]));
}
