//! A context that is generic without saying so.

use httpz::prelude::*;

trait Repo {}

#[get("/")]
fn index(_repo: &impl Repo) -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
