//! A test calls a function with typed arguments by itself.

use httpz::prelude::*;
use httpz::testing::Exchange;

#[get("/double/:n")]
fn double(n: u32) -> String {
    (2 * n).to_string()
}

fn main() {
    Exchange::new().param("n", "7").call(double);
}
