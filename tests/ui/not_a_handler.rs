//! A function that takes something else than a request and a response.

use httpz::prelude::*;

fn show(id: u64) -> String {
    id.to_string()
}

fn main() {
    App::new((), |r| r.get("/users/:id", show));
}
