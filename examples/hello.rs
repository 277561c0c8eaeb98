//! The README's first screen: a JSON API in a dozen lines.
//!
//! `HTTPZ_ADDR` says where to listen, default `127.0.0.1:5882`.

use httpz::prelude::*;
use serde::Serialize;

#[derive(Serialize)]
struct User {
    id: u64,
    name: &'static str,
}

/// Greets whoever asks.
#[get("/")]
fn index() -> &'static str {
    "Hello, World!\n"
}

/// A user by number.
#[get("/api/user/:id")]
fn user(id: u64) -> Json<User> {
    Json(User { id, name: "Teg" })
}

fn main() -> httpz::Result {
    let addr = std::env::var("HTTPZ_ADDR").unwrap_or_else(|_| "127.0.0.1:5882".into());
    let app = App::new((), |r| r.mount(routes![index, user]));
    println!("{}", app.routes());
    let server = app.start_on(&addr)?;
    println!("listening on http://{}/", server.addr());
    server.wait_for_signal()
}
