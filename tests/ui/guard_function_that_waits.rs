//! A guard is sync, given to a group as well.

use httpz::prelude::*;

async fn auth(_: &mut Shared<()>, _: &Request) -> Result<u64> {
    Ok(1)
}

fn main() {
    App::new((), |r| r.guard(auth));
}
