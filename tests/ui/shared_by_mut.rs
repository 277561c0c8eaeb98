//! Shared state is only lent.

use httpz::prelude::*;

#[get("/")]
fn count(hits: &mut u64) -> String {
    hits.to_string()
}

fn main() {
    App::new(0u64, |r| r.mount(routes![count]));
}
