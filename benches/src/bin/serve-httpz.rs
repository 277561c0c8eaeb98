//! The bench server: the routes of the comparison, everything else as it is by default.
//!
//! `PORT` and `WORKERS` (default 8080 and 1) come from the environment, as for every server of the
//! comparison in `benches/peers`.

use bytes::Bytes;
use httpz::Config;
use httpz::prelude::*;
use serde::{Deserialize, Serialize};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What `/blob` sends in one piece and `/stream` in sixty-four.
static BLOB: [u8; 1 << 20] = [b'x'; 1 << 20];

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

#[get("/async")]
async fn plaintext_later() -> &'static str {
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

#[get("/blob")]
fn blob() -> Bytes {
    Bytes::from_static(&BLOB)
}

#[get("/stream")]
async fn stream(res: &mut Response) -> Result {
    res.content_type(ContentType::Binary);
    for piece in BLOB.chunks(16 * 1024) {
        res.chunk(piece).await?;
    }
    Ok(())
}

#[post("/sink")]
async fn sink(mut body: Body<'_>) -> Result<String> {
    let mut n = 0;
    while let Some(piece) = body.read_chunk().await? {
        n += piece.len();
    }
    Ok(n.to_string())
}

fn number(name: &str, default: u16) -> u16 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

fn main() -> httpz::Result {
    let config = Config { workers: number("WORKERS", 1).into(), ..Config::default() };
    App::new((), |r| {
        r.mount(routes![plaintext, plaintext_later, json, user, echo, blob, stream, sink])
    })
    .config(config)
    .listen(("127.0.0.1", number("PORT", 8080)))
}
