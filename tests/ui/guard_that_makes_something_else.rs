//! The handler asks for what the guard does not make.

use httpz::prelude::*;

struct Me;

#[guard]
fn auth<C>(_: &mut C, _: &Request) -> Result<u64> {
    Ok(1)
}

#[get("/me", guard = auth)]
fn me(_me: &Me) -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![me]));
}
