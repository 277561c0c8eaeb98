//! A guard that does not take what is there.

use httpz::prelude::*;

struct Db;

#[guard]
fn auth(_: &mut Shared<Db>, _: &Request) -> Result<u64> {
    Ok(1)
}

#[get("/me", guard = auth)]
fn me(id: &u64) -> String {
    id.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![me]));
}
