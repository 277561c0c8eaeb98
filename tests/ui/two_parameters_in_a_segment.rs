//! Where the first ends would be a guess.

use httpz::prelude::*;

#[get("/v:major.:minor")]
fn version(major: u8, minor: u8) -> String {
    format!("{major}.{minor}")
}

fn main() {
    App::new((), |r| r.mount(routes![version]));
}
