//! An answer of a type that serde cannot write.

use httpz::prelude::*;

struct User {
    _name: String,
}

#[get("/user")]
fn show() -> Json<User> {
    Json(User { _name: String::new() })
}

fn main() {
    App::new((), |r| r.mount(routes![show]));
}
