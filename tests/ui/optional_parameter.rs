//! A parameter that may be missing, as other libraries write it.

use httpz::prelude::*;

#[get("/users/:id?")]
fn show(id: Option<u64>) -> String {
    format!("{id:?}")
}

fn main() {
    App::new((), |r| r.mount(routes![show]));
}
