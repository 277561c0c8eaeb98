//! A derived error is an enum.

use httpz::prelude::*;

#[derive(HttpError)]
#[status(404)]
struct Missing;

#[get("/")]
fn index() -> Result<&'static str, Missing> {
    Err(Missing)
}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
