//! A derived error says its status.

use httpz::prelude::*;

#[derive(HttpError)]
enum AppError {
    Missing,
}

#[get("/")]
fn index() -> Result<&'static str, AppError> {
    Err(AppError::Missing)
}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
