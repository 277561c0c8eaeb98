//! A type that cannot be the error of a handler.

use httpz::prelude::*;

struct Oops;

#[get("/")]
fn index() -> Result<&'static str, Oops> {
    Err(Oops)
}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
