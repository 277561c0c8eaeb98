//! A guard is sync.

use httpz::prelude::*;

#[httpz::guard]
async fn auth(_: &mut Shared<()>, _: &Request) -> Result<u64> {
    Ok(1)
}

fn main() {}
