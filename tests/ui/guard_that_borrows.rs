//! What a guard makes outlives its call.

use httpz::prelude::*;

fn auth<'a>(_: &mut Shared<()>, req: &'a Request) -> Result<&'a str> {
    Ok(req.path())
}

fn main() {
    App::new((), |r| r.guard(auth));
}
