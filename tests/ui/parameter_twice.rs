//! One name for two places.

use httpz::prelude::*;

#[get("/teams/:id/members/:id")]
fn member(id: u64) -> String {
    id.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![member]));
}
