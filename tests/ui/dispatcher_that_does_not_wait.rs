//! A dispatcher that is sync.

use httpz::prelude::*;

fn log(_: Next<'_, Shared<()>>, _: &mut Shared<()>, _: &Request, _: &mut Response) -> Result {
    Ok(())
}

fn main() {
    App::new((), |r| r.dispatch(log));
}
