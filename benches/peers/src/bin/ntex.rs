//! ntex 3 on its tokio driver: one single-threaded worker per core given.

use httpz_peers::{BLOB, Echo, Message, PLAINTEXT, User, count, listener, pieces, workers};
use ntex::http::error::PayloadError;
use ntex::util::Bytes;
use ntex::web::{self, App, HttpServer};

#[web::get("/plaintext")]
async fn plaintext() -> &'static str {
    PLAINTEXT
}

#[web::get("/json")]
async fn json() -> web::HttpResponse {
    web::HttpResponse::Ok().json(&Message::HELLO)
}

#[web::get("/users/{id}")]
async fn user(id: web::types::Path<u64>) -> web::HttpResponse {
    web::HttpResponse::Ok().json(&User::of(*id))
}

#[web::post("/echo")]
async fn echo(echo: web::types::Json<Echo>) -> web::HttpResponse {
    web::HttpResponse::Ok().json(&*echo)
}

#[web::get("/blob")]
async fn blob() -> web::HttpResponse {
    web::HttpResponse::Ok().content_type("application/octet-stream").body(Bytes::from_static(&BLOB))
}

#[web::get("/stream")]
async fn stream() -> web::HttpResponse {
    web::HttpResponse::Ok()
        .content_type("application/octet-stream")
        .streaming(pieces(Bytes::from_static))
}

#[web::post("/sink")]
async fn sink(body: web::types::Payload) -> Result<String, PayloadError> {
    count(body).await
}

#[ntex::main]
async fn main() -> std::io::Result<()> {
    let app = async || App::new().service((plaintext, json, user, echo, blob, stream, sink));
    HttpServer::new(app).workers(workers()).listen(listener()?)?.run().await
}
