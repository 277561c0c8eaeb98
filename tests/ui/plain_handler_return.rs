//! What a plain function returns must be something that can be written.

use httpz::prelude::*;

struct Page;

fn index(_: &Request, _: &mut Response) -> Page {
    Page
}

fn main() {
    App::new((), |r| r.get("/", index));
}
