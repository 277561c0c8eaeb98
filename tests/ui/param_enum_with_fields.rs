//! A variant with fields has no name to be read by.

use httpz::prelude::*;

#[derive(FromParam)]
enum Colour {
    Red,
    Rgb(u32),
}

#[get("/paint/:colour")]
fn paint(colour: Colour) -> &'static str {
    match colour {
        Colour::Red => "red",
        Colour::Rgb(_) => "some other",
    }
}

fn main() {
    App::new((), |r| r.mount(routes![paint]));
}
