//! Two functions that answer the same requests.

use httpz::prelude::*;

#[get("/users/:id")]
fn by_id(id: u64) -> String {
    id.to_string()
}

#[get("/", "/users/:name")]
fn by_name(name: Option<&str>) -> String {
    format!("{name:?}")
}

fn main() {
    App::new((), |r| r.mount(routes![by_id, by_name]));
}
