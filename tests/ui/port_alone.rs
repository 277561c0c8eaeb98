//! A place to listen at has an address.

use httpz::prelude::*;

fn main() {
    App::new((), |r| r).listen(5882).unwrap();
}
