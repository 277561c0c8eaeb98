//! What is missing there, the compiler says.

use httpz::prelude::*;

#[get("/")]
fn index() -> &'static str;

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
