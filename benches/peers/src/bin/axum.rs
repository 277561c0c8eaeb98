//! axum 0.8: `axum::serve`, one current-thread runtime and one listener per worker.

use std::io;

use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use httpz_peers::{BLOB, Echo, Message, PLAINTEXT, User, count, each_worker, pieces};
use tokio::net::TcpListener;

fn main() -> io::Result<()> {
    each_worker(|listener| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async { axum::serve(TcpListener::from_std(listener)?, routes()).await })
    })
}

fn routes() -> Router {
    Router::new()
        .route("/plaintext", get(|| async { PLAINTEXT }))
        .route("/json", get(|| async { Json(Message::HELLO) }))
        .route("/users/{id}", get(|Path(id): Path<u64>| async move { Json(User::of(id)) }))
        .route("/echo", post(|Json(echo): Json<Echo>| async { Json(echo) }))
        .route("/blob", get(|| async { Bytes::from_static(&BLOB) }))
        .route("/stream", get(stream))
        .route("/sink", post(sink))
}

async fn stream() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/octet-stream")], Body::from_stream(pieces(Bytes::from_static)))
}

async fn sink(body: Body) -> Result<String, StatusCode> {
    count(body.into_data_stream()).await.map_err(|_| StatusCode::BAD_REQUEST)
}
