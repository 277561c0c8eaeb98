//! The text of a status is sent as it stands.

use httpz::prelude::*;

#[derive(HttpError)]
enum Refusal {
    #[status(404, "there is no note {0}")]
    NoNote(u64),
}

fn main() {
    let _ = Error::from(Refusal::NoNote(7));
}
