//! Is the process alive, and shall it be sent requests?
//!
//! Two handlers for whoever asks: a supervisor, a proxy, an orchestrator. They are mounted like any
//! other, wherever the asker looks.
//!
//! ```
//! use httpz::prelude::*;
//! use httpz::health;
//!
//! let app = App::new((), |r| r.get("/livez", health::live).get("/readyz", health::ready));
//! # httpz::testing::Client::new(app).get("/readyz").status(200).text("ready\n");
//! ```
//!
//! A server that is about to end says so at `ready` first and serves on for
//! `Config::shutdown.not_ready`, so that a proxy finds out by asking and not by a failed connection.
//! Readiness that depends on more than that is a handler of one's own that begins with
//! [`Request::is_draining`].

use crate::{Request, Response, Status};

/// 200 for as long as the process can answer at all.
pub fn live(_: &Request, res: &mut Response) -> &'static str {
    res.header("Cache-Control", "no-store");
    "alive\n"
}

/// 200 while requests are welcome, 503 from the first phase of the shutdown on.
pub fn ready(req: &Request, res: &mut Response) -> (Status, &'static str) {
    res.header("Cache-Control", "no-store");
    match req.is_draining() {
        false => (Status::OK, "ready\n"),
        true => (Status::SERVICE_UNAVAILABLE, "draining\n"),
    }
}
