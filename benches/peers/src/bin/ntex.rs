//! ntex 3 on its tokio driver: one single-threaded worker per core given.

use httpz_peers::{Echo, Message, PLAINTEXT, User, listener, workers};
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

#[ntex::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(async || App::new().service((plaintext, json, user, echo)))
        .workers(workers())
        .listen(listener()?)?
        .run()
        .await
}
