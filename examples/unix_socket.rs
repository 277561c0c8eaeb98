//! A unix socket beside an address: for a proxy on the same machine, with the rights of a file.
//!
//! `HTTPZ_SOCKET` names the file. It appears with its mode already set, is removed at the end, and
//! one that a killed server left behind is taken over; one that a living server uses is an error.

use std::{env, path::PathBuf};

use httpz::Listen;
use httpz::prelude::*;

/// Tells by which way the request came.
#[get("/")]
fn index(req: &Request) -> String {
    match req.peer_addr() {
        Some(addr) => format!("you came over the network, from {addr}\n"),
        None => "you came through the file\n".into(),
    }
}

fn main() -> Result {
    let socket = env::var_os("HTTPZ_SOCKET").map(PathBuf::from);
    let socket = socket.unwrap_or_else(|| env::temp_dir().join("httpz-example.sock"));
    let places: [Listen; 2] = [httpz_examples::addr().parse()?, Listen::unix(socket).mode(0o660)];

    let app = App::new((), |r| r.mount(routes![index]));
    print!("{}", app.routes());
    let server = app.start_on(places)?;
    httpz_examples::announce(server.places());
    server.wait_for_signal()
}
