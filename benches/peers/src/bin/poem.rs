//! poem 3: one current-thread runtime and one listener per worker.

use httpz_peers::{Echo, Message, PLAINTEXT, User, each_worker};
use poem::listener::TcpAcceptor;
use poem::web::{Json, Path};
use poem::{Route, Server, get, handler, post};

#[handler]
async fn plaintext() -> &'static str {
    PLAINTEXT
}

#[handler]
async fn json() -> Json<Message> {
    Json(Message::HELLO)
}

#[handler]
async fn user(Path(id): Path<u64>) -> Json<User> {
    Json(User::of(id))
}

#[handler]
async fn echo(Json(echo): Json<Echo>) -> Json<Echo> {
    Json(echo)
}

fn main() -> std::io::Result<()> {
    each_worker(|listener| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            Server::new_with_acceptor(TcpAcceptor::from_std(listener)?).run(routes()).await
        })
    })
}

fn routes() -> Route {
    Route::new()
        .at("/plaintext", get(plaintext))
        .at("/json", get(json))
        .at("/users/:id", get(user))
        .at("/echo", post(echo))
}
