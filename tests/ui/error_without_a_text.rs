//! What the client hears must be said.

use httpz::prelude::*;

#[derive(HttpError)]
enum Refusal {
    /// There is no such note.
    #[status(404)]
    NoNote { id: u64, user: u64 },
}

fn main() {
    let _ = Error::from(Refusal::NoNote { id: 7, user: 1 });
}
