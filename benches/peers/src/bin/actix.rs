//! actix-web 4: its own runtime, one single-threaded worker per core given.

use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use actix_web::{App, HttpResponse, HttpServer, get, post, web};
use httpz_peers::{BLOB, Echo, Message, PLAINTEXT, User, count, listener, pieces, workers};

#[get("/plaintext")]
async fn plaintext() -> &'static str {
    PLAINTEXT
}

#[get("/json")]
async fn json() -> web::Json<Message> {
    web::Json(Message::HELLO)
}

#[get("/users/{id}")]
async fn user(id: web::Path<u64>) -> web::Json<User> {
    web::Json(User::of(*id))
}

#[post("/echo")]
async fn echo(echo: web::Json<Echo>) -> web::Json<Echo> {
    echo
}

#[get("/blob")]
async fn blob() -> Bytes {
    Bytes::from_static(&BLOB)
}

#[get("/stream")]
async fn stream() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/octet-stream")
        .streaming(pieces(Bytes::from_static))
}

#[post("/sink")]
async fn sink(body: web::Payload) -> Result<String, PayloadError> {
    count(body).await
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let app = || App::new().service((plaintext, json, user, echo, blob, stream, sink));
    HttpServer::new(app).workers(workers()).listen(listener()?)?.run().await
}
