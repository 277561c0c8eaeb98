//! Only the types know that both take the body.

use httpz::prelude::*;

use httpz::{FromRequest, Takes};

struct Signed(Vec<u8>);

impl<'b> FromRequest<'b> for Signed {
    const TAKES: Takes = Takes::Whole;

    fn from_request(req: &'b Request) -> Result<Self> {
        Ok(Self(req.body().unwrap_or_default().to_vec()))
    }
}

#[post("/")]
fn add(signed: Signed, n: Json<u8>) -> String {
    format!("{} {}", signed.0.len(), n.0)
}

fn main() {
    App::new((), |r| r.mount(routes![add]));
}
