//! salvo: one multi-threaded tokio runtime with one thread per worker given, as its `main` macro makes.

use httpz_peers::{Echo, Message, PLAINTEXT, User, port, workers};
use salvo::prelude::*;

#[handler]
async fn plaintext() -> &'static str {
    PLAINTEXT
}

#[handler]
async fn json() -> Json<Message> {
    Json(Message::HELLO)
}

#[handler]
async fn user(request: &mut Request) -> Result<Json<User>, StatusError> {
    let id = request.param("id").ok_or_else(StatusError::bad_request)?;
    Ok(Json(User::of(id)))
}

#[handler]
async fn echo(request: &mut Request) -> Result<Json<Echo>, StatusError> {
    request.parse_json().await.map(Json).map_err(|_| StatusError::bad_request())
}

fn main() -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers())
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let router = Router::new()
            .push(Router::with_path("plaintext").get(plaintext))
            .push(Router::with_path("json").get(json))
            .push(Router::with_path("users/{id}").get(user))
            .push(Router::with_path("echo").post(echo));
        let acceptor = TcpListener::new(("127.0.0.1", port())).bind().await;
        Server::new(acceptor).serve(router).await;
        Ok(())
    })
}
