//! A route that nobody says the type of.

use httpz::prelude::*;

#[get("/")]
fn index<T: Default + Respond>() -> T {
    T::default()
}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
