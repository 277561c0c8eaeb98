//! A response is lent, so nothing has to give it back.

use httpz::prelude::*;

#[get("/")]
fn index() -> Response {
    let mut res = Response::new();
    res.header("x-a", "b").text("c");
    res
}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
