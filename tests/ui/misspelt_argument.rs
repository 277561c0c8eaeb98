//! An argument that is nearly a parameter: one message, not two.

use httpz::prelude::*;

#[get("/users/:user_id")]
fn show(user_idd: u64) -> String {
    user_idd.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![show]));
}
