//! What is read from the request is the handler's own.

use httpz::prelude::*;

#[post("/")]
fn add(n: &Json<u64>) -> String {
    n.0.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![add]));
}
