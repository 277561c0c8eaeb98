//! The parts of a field, by their types alone.

use httpz::prelude::*;

struct Hub;
struct Store;

struct Site {
    hub: Hub,
    store: Store,
}

#[derive(Context)]
struct SignedIn {
    #[parts(Hub)]
    site: Shared<Site>,
}

fn auth(site: &mut Shared<Site>, _: &Request) -> Result<SignedIn> {
    Ok(SignedIn { site: *site })
}

#[get("/")]
fn index(_: &Hub) {}

fn main() {
    let site = Site { hub: Hub, store: Store };
    App::new(site, |r| r.guard(auth).mount(routes![index]));
}
