//! A small server in a process of its own, for tests that send signals and count descriptors.
//!
//! Prints its address on the first line, then serves until a signal ends it.

use httpz::Config;
use httpz::ext::{handover::Handover, systemd};
use httpz::prelude::*;

#[get("/slow/:ms")]
async fn slow(ms: u64) -> &'static str {
    tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
    "slept"
}

#[get("/block/:ms")]
fn block(ms: u64) -> &'static str {
    std::thread::sleep(std::time::Duration::from_millis(ms));
    "blocked"
}

#[get("/plaintext")]
fn plaintext() -> &'static str {
    "Hello, World!"
}

#[post("/echo")]
fn echo(req: &Request) -> Vec<u8> {
    req.body().unwrap_or_default().to_vec()
}

fn main() -> httpz::Result {
    let workers = std::env::var("WORKERS").ok().and_then(|value| value.parse().ok()).unwrap_or(1);
    let config = Config { workers, ..Config::default() };
    let app = App::new((), |r| r.mount(routes![slow, block, plaintext, echo])).config(config);
    let server = match std::env::var_os("HANDOVER") {
        Some(path) => {
            let handover = Handover::at(path)?;
            let server = app.start_on(handover.places("127.0.0.1:0")?)?;
            handover.serve(&server)?;
            server
        }
        None => {
            let server = app.start_on(systemd::sockets_or("127.0.0.1:0")?)?;
            systemd::ready(&server);
            server
        }
    };
    println!("{}", server.addr());
    server.wait_for_signal()
}
