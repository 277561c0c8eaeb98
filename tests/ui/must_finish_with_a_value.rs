//! An option that has nothing to say but its name.

use httpz::prelude::*;

#[post("/pay", must_finish = true)]
async fn pay() {}

fn main() {
    App::new((), |r| r.mount(routes![pay]));
}
