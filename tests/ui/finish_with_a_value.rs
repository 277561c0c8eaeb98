//! An option that has nothing to say but its name.

use httpz::prelude::*;

#[post("/pay", finish = true)]
async fn pay() {}

fn main() {
    App::new((), |r| r.mount(routes![pay]));
}
