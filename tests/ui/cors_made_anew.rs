//! What may ask says which origins it is about.

use httpz::prelude::*;

fn main() {
    App::new((), |r| r).cors(httpz::Cors::new());
}
