//! hyper 1, without a router: one current-thread runtime per worker, answers to pipelined requests
//! flushed together.

use std::convert::Infallible;
use std::io;

use http_body_util::{BodyExt, Either, Full, StreamBody};
use httpz_peers::{BLOB, Echo, Message, PLAINTEXT, User, count, each_worker, pieces};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

type Error = Box<dyn std::error::Error + Send + Sync>;

fn main() -> io::Result<()> {
    each_worker(|listener| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        tokio::task::LocalSet::new().block_on(&runtime, accept(listener))
    })
}

async fn accept(listener: std::net::TcpListener) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let mut http = http1::Builder::new();
    http.pipeline_flush(true);
    loop {
        let (stream, _) = listener.accept().await?;
        let conn = http.serve_connection(TokioIo::new(stream), service_fn(answer));
        tokio::task::spawn_local(conn);
    }
}

async fn answer(
    request: Request<Incoming>,
) -> Result<Response<impl Body<Data = Bytes, Error = impl Into<Error>>>, Infallible> {
    Ok(match (request.method(), request.uri().path()) {
        (&Method::GET, "/stream") => {
            let body = StreamBody::new(pieces(|piece| Frame::data(Bytes::from_static(piece))));
            typed("application/octet-stream", Either::Right(body))
        }
        _ => whole(request).await.map(Either::Left),
    })
}

async fn whole(request: Request<Incoming>) -> Response<Full<Bytes>> {
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/plaintext") => {
            typed("text/plain", Bytes::from_static(PLAINTEXT.as_bytes()).into())
        }
        (&Method::GET, "/json") => json(&Message::HELLO),
        (&Method::POST, "/echo") => echo(request).await,
        (&Method::GET, "/blob") => {
            typed("application/octet-stream", Bytes::from_static(&BLOB).into())
        }
        (&Method::POST, "/sink") => match count(request.into_body().into_data_stream()).await {
            Ok(n) => typed("text/plain", n.into()),
            Err(_) => status(StatusCode::BAD_REQUEST),
        },
        (&Method::GET, path) => match path.strip_prefix("/users/").and_then(|id| id.parse().ok()) {
            Some(id) => json(&User::of(id)),
            None => status(StatusCode::NOT_FOUND),
        },
        _ => status(StatusCode::NOT_FOUND),
    }
}

async fn echo(request: Request<Incoming>) -> Response<Full<Bytes>> {
    let Ok(body) = request.into_body().collect().await else {
        return status(StatusCode::BAD_REQUEST);
    };
    match serde_json::from_slice::<Echo>(&body.to_bytes()) {
        Ok(echo) => json(&echo),
        Err(_) => status(StatusCode::BAD_REQUEST),
    }
}

fn json(value: &impl serde::Serialize) -> Response<Full<Bytes>> {
    let body = serde_json::to_vec(value).expect("plain structs serialise");
    typed("application/json", body.into())
}

fn typed<B>(content_type: &'static str, body: B) -> Response<B> {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
