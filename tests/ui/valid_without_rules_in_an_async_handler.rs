//! A value that says of no field what is valid, where the handler may wait.

use httpz::ext::validation::Valid;
use httpz::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct New {
    _name: String,
}

#[post("/users")]
async fn create(_new: Valid<Json<New>>) -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![create]));
}
