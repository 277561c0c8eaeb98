//! A part whose type is another.

use httpz::prelude::*;

struct Hub;
struct Store;

struct Site {
    hub: Hub,
    store: Store,
}

#[derive(Context)]
struct SignedIn {
    #[parts(hub: Store)]
    site: Shared<Site>,
}

fn auth(site: &mut Shared<Site>, _: &Request) -> Result<SignedIn> {
    Ok(SignedIn { site: *site })
}

#[get("/")]
fn index(_: &Store) {}

fn main() {
    let site = Site { hub: Hub, store: Store };
    App::new(site, |r| r.guard(auth).mount(routes![index]));
}
