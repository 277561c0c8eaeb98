//! A body that the attribute names, as another library has it.

use httpz::prelude::*;

#[post("/users", data = "<user>")]
fn create(user: Json<String>) -> String {
    user.0
}

fn main() {
    App::new((), |r| r.mount(routes![create]));
}
