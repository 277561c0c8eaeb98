//! Methods of what nobody makes.

use httpz::prelude::*;

struct Me;

#[actions]
impl Me {
    #[get("/me")]
    fn show(&self) -> &'static str {
        ""
    }
}

fn main() {
    App::new((), |r| r.mount(Me::routes()));
}
