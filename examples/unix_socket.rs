//! A unix socket beside an address: for a proxy on the same machine, with the rights of a file.
//!
//! The file appears with its mode already set and is removed at the end. One that a killed server left
//! behind is taken over, one that a living server uses is an error. `HTTPZ_LISTEN` may name other
//! places: `HTTPZ_LISTEN='127.0.0.1:80,unix:/run/app.sock;mode=660'`.

use std::env;

use httpz::prelude::*;
use httpz::{Listen, Signals};

/// Tells by which way the request came.
#[get("/")]
fn index(req: &Request) -> String {
    match req.peer_addr() {
        Some(addr) => format!("you came over the network, from {addr}\n"),
        None => "you came through the file\n".into(),
    }
}

fn main() -> Result {
    let socket = env::temp_dir().join("httpz-example.sock");
    let listen = vec!["127.0.0.1:5882".parse()?, Listen::unix(socket).mode(0o660)];
    let config = Config { listen, ..Config::default() }.with_env()?;

    let app = App::new((), |r| r.mount(routes![index])).config(config);
    if httpz_examples::only_routes(&app) {
        return Ok(());
    }
    let signals = Signals::new()?;
    let server = app.start()?;
    httpz_examples::announce(server.places());
    server.wait_for(signals)
}
