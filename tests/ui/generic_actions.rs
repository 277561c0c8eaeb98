//! Generic actions: nothing says for which type.

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
