//! The response is lent.

use httpz::prelude::*;

#[get("/")]
fn index(_res: Response) {}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
