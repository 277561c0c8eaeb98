//! A context that could lend either of two fields.

use httpz::prelude::*;

#[derive(Context)]
struct Place {
    first: u64,
    second: u64,
}

fn place(_: &mut Shared<()>, _: &Request) -> Result<Place> {
    Ok(Place { first: 1, second: 2 })
}

#[get("/")]
fn index(first: &u64) -> String {
    first.to_string()
}

fn main() {
    App::new((), |r| r.guard(place).mount(routes![index]));
}
