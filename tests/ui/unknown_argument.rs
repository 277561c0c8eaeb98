//! An argument that is not in the request.

use httpz::prelude::*;

struct Session;

#[get("/users")]
fn list(_session: Session) -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![list]));
}
