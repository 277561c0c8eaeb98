//! A body that is taken as a text, as other libraries do.

use httpz::prelude::*;

#[post("/say")]
fn say(text: String) -> String {
    text
}

fn main() {
    App::new((), |r| r.mount(routes![say]));
}
