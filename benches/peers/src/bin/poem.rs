//! poem 3: one multi-threaded tokio runtime with one thread per worker given, as its `main` macro makes.

use httpz_peers::{Echo, Message, PLAINTEXT, User, port, workers};
use poem::listener::TcpListener;
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
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers())
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let routes = Route::new()
            .at("/plaintext", get(plaintext))
            .at("/json", get(json))
            .at("/users/:id", get(user))
            .at("/echo", post(echo));
        Server::new(TcpListener::bind(("127.0.0.1", port()))).run(routes).await
    })
}
