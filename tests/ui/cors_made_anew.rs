//! A policy that names no origins.

use httpz::prelude::*;

fn main() {
    App::new((), |r| r).cors(httpz::Cors::new());
}
