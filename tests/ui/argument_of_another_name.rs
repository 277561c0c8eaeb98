//! One argument, one parameter, two names: one message.

use httpz::prelude::*;

#[get("/users/:id")]
fn show(user: u64) -> String {
    user.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![show]));
}
