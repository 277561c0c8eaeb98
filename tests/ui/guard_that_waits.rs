//! A guard is sync, and what names it adds no message.

use httpz::prelude::*;

#[guard]
async fn auth(_: &mut Shared<()>, _: &Request) -> Result<u64> {
    Ok(1)
}

#[get("/me", guard = auth)]
fn me(id: &u64) -> String {
    id.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![me]));
}
