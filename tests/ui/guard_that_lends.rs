//! What a guard makes is its own.

use httpz::prelude::*;

#[guard]
fn auth<'a, C>(_: &mut C, req: &'a Request) -> Result<&'a str> {
    Ok(req.path())
}

#[get("/me", guard = auth)]
fn me(req: &Request) -> String {
    req.path().to_owned()
}

fn main() {
    App::new((), |r| r.mount(routes![me]));
}
