//! Two arguments for one response.

use httpz::prelude::*;

#[get("/")]
fn index(res: &mut Response, other: &mut Response) {
    res.status(204);
    other.header("x-a", "b");
}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
