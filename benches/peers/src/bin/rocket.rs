//! rocket 0.5: its own multi-threaded runtime with one thread per worker given, logging off.

use httpz_peers::{BLOB, Echo, Message, PIECE, PLAINTEXT, User, port, workers};
use rocket::config::{Config, LogLevel};
use rocket::data::{Data, ToByteUnit};
use rocket::http::ContentType;
use rocket::response::stream::ByteStream;
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

#[get("/blob")]
async fn blob() -> (ContentType, &'static [u8]) {
    (ContentType::Binary, &BLOB)
}

#[get("/stream")]
async fn stream() -> ByteStream![&'static [u8]] {
    ByteStream! {
        for piece in BLOB.chunks(PIECE) {
            yield piece;
        }
    }
}

#[post("/sink", data = "<body>")]
async fn sink(body: Data<'_>) -> std::io::Result<String> {
    let n = body.open(2.mebibytes()).stream_to(rocket::tokio::io::sink()).await?;
    Ok(n.to_string())
}

fn main() -> Result<(), Box<rocket::Error>> {
    let config = Config {
        port: port(),
        workers: workers(),
        log_level: LogLevel::Off,
        ..Config::release_default()
    };
    let routes = routes![plaintext, json, user, echo, blob, stream, sink];
    rocket::execute(rocket::custom(config).mount("/", routes).launch()).map(drop).map_err(Box::new)
}
