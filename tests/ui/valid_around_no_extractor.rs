//! The value itself, without saying where it comes from.

use httpz::ext::validation::Valid;
use httpz::prelude::*;
use serde::Deserialize;

#[derive(Deserialize, garde::Validate)]
struct New {
    #[garde(skip)]
    _name: String,
}

#[post("/users")]
fn create(_new: Valid<New>) -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![create]));
}
