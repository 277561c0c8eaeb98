//! An argument that is not in the request, and a handler that waits.

use httpz::prelude::*;

struct Session;

#[get("/users")]
async fn list(_session: Session) -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![list]));
}
