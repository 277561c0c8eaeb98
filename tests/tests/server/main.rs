//! The server over real sockets: deadlines, limits, signals, memory.

mod compression;
mod deadlines;
mod departed;
mod faults;
mod limits;
mod load;
mod memory;
mod parity_config;
mod parity_data;
mod parity_events;
mod parity_request;
mod parity_response;
mod parity_rest;
mod parity_start;
mod parity_upgrade;
mod proxies;
mod restart;
mod seen;
mod sharing;
mod shutdown;
mod timeouts;
mod tls;

use httpz::{App, Config, Error, Handle, Request, Response, Result, Shared};

/// A server on a port of its own, with routes that tests need.
fn start(config: Config) -> Handle {
    let config = Config { port: 0, ..config };
    App::new((), |r| {
        r.get("/plaintext", |_: &Request, _: &mut Response| "Hello, World!")
            .get("/slow", async |_: &Request, _: &mut Response| {
                tokio::time::sleep(std::time::Duration::from_millis(400)).await;
                "slept"
            })
            .get("/block", |_: &Request, _: &mut Response| {
                std::thread::sleep(std::time::Duration::from_millis(700));
                "moves again"
            })
            .get("/stream/:how", async |req: &Request, res: &mut Response| -> Result {
                res.chunk("half").await?;
                match req.param("how") {
                    Some("fails") => Err(Error::status(500, "no more")),
                    Some("stays") => std::future::pending().await,
                    _ => res.chunk(" and half").await,
                }
            })
            .get("/large", |_: &Request, _: &mut Response| vec![b'x'; 8 * 1024 * 1024])
            .get("/panic", |_: &Request, _: &mut Response| -> &'static str { panic!("on purpose") })
            .get("/readyz", httpz::health::ready)
            .post("/echo", |req: &Request, _: &mut Response| {
                req.body().unwrap_or_default().to_vec()
            })
            .group("/guarded", |g| {
                g.guard(|_: &mut Shared<()>, _: &Request| -> Result {
                    Err(Error::status(403, "no"))
                })
                .post("/", |_: &Request, _: &mut Response| "never")
            })
    })
    .config(config)
    .start()
    .expect("the server starts")
}

/// Ends a server and waits for it.
fn stop(server: Handle) {
    server.shutdown();
    server.wait();
}
