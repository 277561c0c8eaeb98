//! A check refuses with an error.

use httpz::prelude::*;

fn auth(_: &Shared<()>, req: &Request) -> bool {
    req.header("authorization").is_some()
}

fn main() {
    App::new((), |r| r.check(auth));
}
