//! A body that borrows for ever.

use httpz::prelude::*;

#[post("/say")]
fn say(text: Json<&'static str>) -> &'static str {
    text.0
}

fn main() {
    App::new((), |r| r.mount(routes![say]));
}
