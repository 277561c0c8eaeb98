//! A route that is generic over a number.

use httpz::prelude::*;

#[get("/")]
fn index<const N: usize>() -> String {
    N.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
