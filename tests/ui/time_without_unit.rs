//! Five of what?

use httpz::prelude::*;

#[get("/slow", timeout = "5")]
async fn slow() -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![slow]));
}
