//! Actions that nobody says the type of.

use httpz::prelude::*;

struct Repo<T>(T);

#[actions]
impl<T: Send> Repo<T> {
    #[get("/")]
    fn index(&self) -> &'static str {
        ""
    }
}

fn main() {}
