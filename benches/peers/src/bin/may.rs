//! may_minihttp 0.1: stackful coroutines instead of tokio; no router, so a `match` on the path.

use std::io::{self, Read};

use bytes::BufMut;
use httpz_peers::{Echo, Message, PLAINTEXT, User, port, workers};
use may_minihttp::{HttpServer, HttpService, Request, Response};

#[derive(Clone)]
struct Routes;

impl HttpService for Routes {
    fn call(&mut self, request: Request, response: &mut Response) -> io::Result<()> {
        match request.path() {
            "/plaintext" => {
                response.header("Content-Type: text/plain").body(PLAINTEXT);
                Ok(())
            }
            "/json" => json(response, &Message::HELLO),
            "/echo" => {
                let mut body = Vec::new();
                request.body().read_to_end(&mut body)?;
                json(response, &serde_json::from_slice::<Echo>(&body)?)
            }
            path => match path.strip_prefix("/users/").and_then(|id| id.parse().ok()) {
                Some(id) => json(response, &User::of(id)),
                None => {
                    response.status_code(404, "Not Found");
                    Ok(())
                }
            },
        }
    }
}

fn json(response: &mut Response, value: &impl serde::Serialize) -> io::Result<()> {
    response.header("Content-Type: application/json");
    let body = response.body_mut().writer();
    Ok(serde_json::to_writer(body, value)?)
}

fn main() -> io::Result<()> {
    may::config().set_workers(workers());
    let server = HttpServer(Routes).start(("127.0.0.1", port()))?;
    server.join().map_err(|_| io::Error::other("the accepting coroutine panicked"))
}
