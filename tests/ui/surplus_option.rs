//! An optional number that no path names.

use httpz::prelude::*;

#[get("/users")]
fn list(page: Option<u32>) -> String {
    format!("{page:?}")
}

fn main() {
    App::new((), |r| r.mount(routes![list]));
}
