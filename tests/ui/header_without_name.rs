//! A derived header says which one it is.

use httpz::prelude::*;

#[derive(FromHeader)]
struct Tenant(u32);

#[get("/")]
fn index(tenant: Header<Tenant>) -> String {
    tenant.0.0.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
