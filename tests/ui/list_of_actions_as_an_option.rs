//! The name of a list, as an option.

use httpz::prelude::*;

struct Site;

#[actions(name = "pages")]
impl Site {
    #[get("/")]
    fn index(&self) -> &'static str {
        ""
    }
}

fn main() {
    App::new(Site, |r| r.mount(Site::routes()));
}
