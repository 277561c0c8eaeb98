//! The request is lent.

use httpz::prelude::*;

#[get("/")]
fn index(_req: &mut Request) {}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
