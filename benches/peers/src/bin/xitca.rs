//! xitca-web 0.8: its own single-threaded workers, extractors and JSON as in its examples.

use httpz_peers::{Echo, Message, PLAINTEXT, User, listener, workers};
use xitca_web::App;
use xitca_web::handler::handler_service;
use xitca_web::handler::json::Json;
use xitca_web::handler::params::Params;
use xitca_web::route::{get, post};

async fn plaintext() -> &'static str {
    PLAINTEXT
}

async fn json() -> Json<Message> {
    Json(Message::HELLO)
}

async fn user(Params(id): Params<u64>) -> Json<User> {
    Json(User::of(id))
}

async fn echo(Json(echo): Json<Echo>) -> Json<Echo> {
    Json(echo)
}

fn main() -> std::io::Result<()> {
    App::new()
        .at("/plaintext", get(handler_service(plaintext)))
        .at("/json", get(handler_service(json)))
        .at("/users/{id}", get(handler_service(user)))
        .at("/echo", post(handler_service(echo)))
        .serve()
        .worker_threads(workers())
        .listen(listener()?)?
        .run()
        .wait()
}
