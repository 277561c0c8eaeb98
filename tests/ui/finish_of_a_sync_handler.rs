//! What never waits is never cut off.

use httpz::prelude::*;

#[post("/pay", finish)]
fn pay() {}

fn main() {
    App::new((), |r| r.mount(routes![pay]));
}
