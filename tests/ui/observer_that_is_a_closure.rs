//! An observer is a type.

use httpz::prelude::*;

fn main() {
    App::new((), |r| r).observe(|ended: &httpz::Ended<'_>| println!("{ended:?}"));
}
