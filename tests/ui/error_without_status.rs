//! A derived error says its status.

use httpz::prelude::*;

#[derive(HttpError)]
enum AppError {
    Missing,
}

fn main() {}
