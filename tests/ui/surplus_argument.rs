//! A number that the path does not name.

use httpz::prelude::*;

#[get("/users")]
fn list(page: u64) -> String {
    page.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![list]));
}
