//! A guard that attributes name has one of its own.

use httpz::prelude::*;

fn auth(_: &mut Shared<()>, _: &Request) -> Result<u64> {
    Ok(1)
}

#[get("/me", guard = auth)]
fn me(id: &u64) -> String {
    id.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![me]));
}
