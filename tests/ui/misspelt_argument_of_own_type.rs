//! A slip in the name of an argument whose type only the compiler knows.

use httpz::prelude::*;

#[derive(FromParam)]
enum Kind {
    Cat,
}

#[get("/animals/:kind")]
fn list(kid: Kind) -> &'static str {
    match kid {
        Kind::Cat => "cats",
    }
}

fn main() {
    App::new((), |r| r.mount(routes![list]));
}
