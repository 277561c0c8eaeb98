//! A type that does not say which header it is.

use httpz::prelude::*;

struct Tenant(u32);

#[get("/")]
fn index(tenant: Header<Tenant>) -> String {
    tenant.0.0.to_string()
}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
