//! The bench server: four routes, everything else as it is by default.
//!
//! `PORT` and `WORKERS` (default 8080 and 1) come from the environment, as for every server of the
//! comparison in `benches/peers`.

use httpz::Config;
use httpz::prelude::*;
use serde::{Deserialize, Serialize};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Serialize)]
struct Message {
    message: &'static str,
}

#[derive(Serialize)]
struct User {
    id: u64,
    name: &'static str,
}

#[derive(Serialize, Deserialize)]
struct Echo {
    name: String,
    n: u64,
}

#[get("/plaintext")]
fn plaintext() -> &'static str {
    "Hello, World!"
}

#[get("/json")]
fn json() -> Json<Message> {
    Json(Message { message: "Hello, World!" })
}

#[get("/users/:id")]
fn user(id: u64) -> Json<User> {
    Json(User { id, name: "Teg" })
}

#[post("/echo")]
fn echo(Json(echo): Json<Echo>) -> Json<Echo> {
    Json(echo)
}

fn number(name: &str, default: u16) -> u16 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

fn main() -> httpz::Result {
    let config = Config { workers: number("WORKERS", 1).into(), ..Config::default() };
    App::new((), |r| r.mount(routes![plaintext, json, user, echo]))
        .config(config)
        .listen(("127.0.0.1", number("PORT", 8080)))
}
