//! A closure whose argument types nobody knows.

use httpz::prelude::*;

fn main() {
    App::new((), |r| r.get("/", |_req, _res| "hi"));
}
