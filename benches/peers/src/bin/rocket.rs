//! rocket 0.5: its own multi-threaded runtime with one thread per worker given, logging off.

use httpz_peers::{Echo, Message, PLAINTEXT, User, port, workers};
use rocket::config::{Config, LogLevel};
use rocket::serde::json::Json;
use rocket::{get, post, routes};

#[get("/plaintext")]
async fn plaintext() -> &'static str {
    PLAINTEXT
}

#[get("/json")]
async fn json() -> Json<Message> {
    Json(Message::HELLO)
}

#[get("/users/<id>")]
async fn user(id: u64) -> Json<User> {
    Json(User::of(id))
}

#[post("/echo", data = "<echo>")]
async fn echo(echo: Json<Echo>) -> Json<Echo> {
    echo
}

fn main() -> Result<(), Box<rocket::Error>> {
    let config = Config {
        port: port(),
        workers: workers(),
        log_level: LogLevel::Off,
        ..Config::release_default()
    };
    rocket::execute(
        rocket::custom(config).mount("/", routes![plaintext, json, user, echo]).launch(),
    )
    .map(drop)
    .map_err(Box::new)
}
