//! poem 3: one current-thread runtime and one listener per worker.

use bytes::Bytes;
use httpz_peers::{BLOB, Echo, Message, PLAINTEXT, User, count, each_worker, pieces};
use poem::listener::TcpAcceptor;
use poem::web::{Json, Path};
use poem::{Body, Response, Route, Server, get, handler, post};

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

#[handler]
async fn blob() -> Response {
    binary(Bytes::from_static(&BLOB).into())
}

#[handler]
async fn stream() -> Response {
    binary(Body::from_bytes_stream(pieces(Bytes::from_static)))
}

#[handler]
async fn sink(body: Body) -> poem::Result<String> {
    count(body.into_bytes_stream()).await.map_err(poem::error::BadRequest)
}

fn binary(body: Body) -> Response {
    Response::builder().content_type("application/octet-stream").body(body)
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
        .at("/blob", get(blob))
        .at("/stream", get(stream))
        .at("/sink", post(sink))
}
