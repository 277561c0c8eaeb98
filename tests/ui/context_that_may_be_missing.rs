//! What is lent is always there.

use httpz::prelude::*;

struct Me;

#[get("/me")]
fn show(_me: Option<&Me>) -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![show]));
}
