//! A mistake in the route of a method, in a list with a name.

use httpz::prelude::*;

struct Site;

#[actions(pages)]
impl Site {
    #[get("/pages/:page")]
    fn page(&self) -> &'static str {
        ""
    }

    #[get("/")]
    fn index(&self) -> Redirect {
        Redirect::to(Self::page_url("first"))
    }
}

fn main() {
    App::new(Site, |r| r.mount(Site::pages()));
}
