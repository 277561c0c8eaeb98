//! A request has one body.

use httpz::prelude::*;

#[post("/")]
fn add(_one: Json<u8>, _two: Form<Vec<(String, String)>>) {}

fn main() {
    App::new((), |r| r.mount(routes![add]));
}
