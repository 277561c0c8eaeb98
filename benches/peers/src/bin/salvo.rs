//! salvo: one current-thread runtime and one listener per worker.

use bytes::Bytes;
use http_body_util::BodyExt;
use httpz_peers::{BLOB, Echo, Message, PLAINTEXT, User, count, each_worker, pieces};
use salvo::conn::tcp::TcpAcceptor;
use salvo::http::ResBody;
use salvo::http::header::{CONTENT_TYPE, HeaderValue};
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

#[handler]
async fn blob(response: &mut Response) {
    binary(response).body(ResBody::Once(Bytes::from_static(&BLOB)));
}

#[handler]
async fn stream(response: &mut Response) {
    binary(response).stream(pieces(Bytes::from_static));
}

#[handler]
async fn sink(request: &mut Request) -> Result<String, StatusError> {
    let body = request.take_body().into_data_stream();
    count(body).await.map_err(|_| StatusError::bad_request())
}

fn binary(response: &mut Response) -> &mut Response {
    let binary = HeaderValue::from_static("application/octet-stream");
    response.headers_mut().insert(CONTENT_TYPE, binary);
    response
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
        .push(Router::with_path("blob").get(blob))
        .push(Router::with_path("stream").get(stream))
        .push(Router::with_path("sink").post(sink))
}
