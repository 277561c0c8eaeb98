//! axum 0.8: `axum::serve`, one current-thread runtime and one listener per worker.

use std::io;

use axum::extract::Path;
use axum::routing::{get, post};
use axum::{Json, Router};
use httpz_peers::{Echo, Message, PLAINTEXT, User, each_worker};
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
}
