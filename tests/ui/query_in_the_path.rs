//! A query as a part of the path.

use httpz::prelude::*;

#[get("/search?q=:q")]
fn search(q: &str) -> String {
    q.to_owned()
}

fn main() {
    App::new((), |r| r.mount(routes![search]));
}
