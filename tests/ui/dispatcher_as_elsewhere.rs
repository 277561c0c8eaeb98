//! A dispatcher of the shape that other libraries have.

use httpz::prelude::*;

async fn log(req: &Request, next: Next<'_, Shared<()>>) -> Result {
    let _ = (req, next);
    Ok(())
}

fn main() {
    App::new((), |r| r.dispatch(log));
}
