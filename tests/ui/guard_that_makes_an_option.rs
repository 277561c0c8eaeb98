//! A guard says why it refuses.

use httpz::prelude::*;

#[guard]
fn auth<C>(_: &mut C, req: &Request) -> Option<u64> {
    req.header("x-user")?.parse().ok()
}

#[get("/me", guard = auth)]
fn me(id: &u64) -> String {
    id.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![me]));
}
