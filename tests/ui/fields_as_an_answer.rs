//! Fields are said to the response.

use httpz::prelude::*;

#[get("/")]
fn index() -> ([(&'static str, &'static str); 1], String) {
    ([("x-a", "b")], "c".to_owned())
}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
