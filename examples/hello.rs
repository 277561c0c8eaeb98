//! The README's first screen: a JSON API in a dozen lines.
//!
//! The environment may say how it runs: `HTTPZ_ADDR=0.0.0.0:8080`, or any other field of `httpz::Config`.

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
    let app = App::new((), |r| r.mount(routes![index, user])).config(Config::from_env()?);
    println!("{}", app.routes());
    let server = app.start()?;
    println!("listening on http://{}/", server.addr());
    server.wait_for_signal()
}
