//! A generic route: nothing says for which type.

use httpz::prelude::*;

#[get("/")]
fn index<T: Default + Respond>() -> T {
    T::default()
}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
