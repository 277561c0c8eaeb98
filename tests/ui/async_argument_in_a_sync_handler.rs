//! Who waits for an argument must be async.

use httpz::prelude::*;

use httpz::AsyncFromRequest;

struct Session;

impl<'b> AsyncFromRequest<'b> for Session {
    async fn from_request(_: &'b Request) -> Result<Self> {
        Ok(Self)
    }
}

#[get("/")]
fn index(_session: Session) -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
