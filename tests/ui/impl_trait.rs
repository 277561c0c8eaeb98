//! A route that is generic without saying so.

use httpz::prelude::*;

#[post("/notes")]
fn add(note: impl ToString) -> String {
    note.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![add]));
}
