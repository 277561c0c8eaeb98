//! Data that is not what is asked for.

use httpz::prelude::*;

static LIMIT: u32 = 10;

#[get("/limit", data = LIMIT)]
fn limit(limit: &u64) -> String {
    limit.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![limit]));
}
