//! salvo: one current-thread runtime and one listener per worker.

use httpz_peers::{Echo, Message, PLAINTEXT, User, each_worker};
use salvo::conn::tcp::TcpAcceptor;
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
    each_worker(|listener| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            Server::new(TcpAcceptor::try_from(listener)?).serve(routes()).await;
            Ok(())
        })
    })
}

fn routes() -> Router {
    Router::new()
        .push(Router::with_path("plaintext").get(plaintext))
        .push(Router::with_path("json").get(json))
        .push(Router::with_path("users/{id}").get(user))
        .push(Router::with_path("echo").post(echo))
}
