//! A function that does not come back.

use httpz::prelude::*;

#[get("/")]
fn index() -> ! {
    panic!("later")
}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
