//! The value in a result must be one that can be written.

use httpz::prelude::*;

#[get("/users")]
fn list() -> Result<Vec<String>> {
    Ok(vec![])
}

fn main() {
    App::new((), |r| r.mount(routes![list]));
}
