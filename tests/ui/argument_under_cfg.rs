//! An argument that is there in some builds.

use httpz::prelude::*;

#[get("/users/:id")]
fn show(id: u64, #[cfg(any())] req: &Request) -> String {
    id.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![show]));
}
