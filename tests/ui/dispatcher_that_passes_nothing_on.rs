//! A dispatcher is given what it runs around.

use httpz::prelude::*;

async fn timed(_cx: &mut Shared<()>, _req: &Request, _res: &mut Response) -> Result {
    Ok(())
}

fn main() {
    App::new((), |r| r.dispatch(timed));
}
