//! actix-web 4: its own runtime, one single-threaded worker per core given.

use actix_web::{App, HttpServer, get, post, web};
use httpz_peers::{Echo, Message, PLAINTEXT, User, listener, workers};

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

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().service(plaintext).service(json).service(user).service(echo))
        .workers(workers())
        .listen(listener()?)?
        .run()
        .await
}
