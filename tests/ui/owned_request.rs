//! The request is lent.

use httpz::prelude::*;

#[get("/")]
fn index(req: Request) -> String {
    req.path().to_owned()
}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
