//! A function without a body: the compiler says so itself.

use httpz::prelude::*;

#[get("/")]
fn index() -> &'static str;

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
