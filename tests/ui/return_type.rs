//! A value that cannot be written to a response.

use httpz::prelude::*;

struct Page;

#[get("/")]
fn index() -> Page {
    Page
}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
