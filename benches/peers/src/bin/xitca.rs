//! xitca-web 0.8: its own single-threaded workers, extractors and JSON as in its examples.

use httpz_peers::{BLOB, Echo, Message, PLAINTEXT, User, count, listener, pieces, workers};
use xitca_web::App;
use xitca_web::body::{RequestBody, ResponseBody, StreamDataBody};
use xitca_web::bytes::Bytes;
use xitca_web::error::BodyError;
use xitca_web::handler::body::Body;
use xitca_web::handler::handler_service;
use xitca_web::handler::json::Json;
use xitca_web::handler::params::Params;
use xitca_web::http::WebResponse;
use xitca_web::http::header::{CONTENT_TYPE, HeaderValue};
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

async fn blob() -> WebResponse {
    binary(ResponseBody::bytes(Bytes::from_static(&BLOB)))
}

async fn stream() -> WebResponse {
    binary(ResponseBody::boxed(StreamDataBody::new(pieces(Bytes::from_static))))
}

async fn sink(Body(body): Body<RequestBody>) -> Result<String, BodyError> {
    count(StreamDataBody::new(body)).await
}

fn binary(body: ResponseBody) -> WebResponse {
    let mut response = WebResponse::new(body);
    let binary = HeaderValue::from_static("application/octet-stream");
    response.headers_mut().insert(CONTENT_TYPE, binary);
    response
}

fn main() -> std::io::Result<()> {
    App::new()
        .at("/plaintext", get(handler_service(plaintext)))
        .at("/json", get(handler_service(json)))
        .at("/users/{id}", get(handler_service(user)))
        .at("/echo", post(handler_service(echo)))
        .at("/blob", get(handler_service(blob)))
        .at("/stream", get(handler_service(stream)))
        .at("/sink", post(handler_service(sink)))
        .serve()
        .worker_threads(workers())
        .listen(listener()?)?
        .run()
        .wait()
}
