//! may_minihttp 0.1: stackful coroutines instead of tokio; no router, so a `match` on the path.

use std::io::{self, Read};
use std::os::fd::BorrowedFd;

use bytes::BufMut;
use httpz_peers::{Echo, Message, PLAINTEXT, User, port, workers};
use may_minihttp::{HttpService, HttpServiceFactory, Request, Response};
use socket2::SockRef;

struct EachConnection;

impl HttpServiceFactory for EachConnection {
    type Service = Routes;

    /// The number of a connection is that of its socket, and this is the only place to give it
    /// `TCP_NODELAY`, as all others have it.
    fn new_service(&self, id: usize) -> Routes {
        // SAFETY: whoever calls us holds the stream, so its descriptor is open until we return.
        let socket = unsafe { BorrowedFd::borrow_raw(id as i32) };
        SockRef::from(&socket).set_tcp_nodelay(true).expect("a TCP socket can do without delay");
        Routes
    }
}

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
    let server = EachConnection.start(("127.0.0.1", port()))?;
    server.join().map_err(|_| io::Error::other("the accepting coroutine panicked"))
}
