//! What never waits is never cut off.

use httpz::prelude::*;

#[post("/pay", must_finish)]
fn pay() {}

fn main() {
    App::new((), |r| r.mount(routes![pay]));
}
