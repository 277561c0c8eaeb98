//! An argument that is not in the request, beside one that is.

use httpz::prelude::*;

struct Session;

#[post("/")]
fn add(_session: Session, n: Json<u8>) -> String {
    n.0.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![add]));
}
