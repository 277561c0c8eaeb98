//! A body of a type that serde cannot read.

use httpz::prelude::*;

struct New {
    _name: String,
}

#[post("/users")]
fn create(_new: Json<New>) -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![create]));
}
