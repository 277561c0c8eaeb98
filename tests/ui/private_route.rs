//! A route that its module keeps to itself.

use httpz::prelude::*;

mod users {
    use httpz::prelude::*;

    #[get("/users")]
    fn list() -> &'static str {
        ""
    }
}

fn main() {
    App::new((), |r| r.mount(routes![users::list]));
}
