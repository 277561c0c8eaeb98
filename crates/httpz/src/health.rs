//! Two handlers that tell whether the process is alive and whether it should be sent requests.
//!
//! They are for supervisors, proxies and orchestrators, and are mounted like any other, at whatever
//! paths those ask for.
//!
//! ```
//! use httpz::prelude::*;
//! use httpz::health;
//!
//! let app = App::new((), |r| r.get("/livez", health::live).get("/readyz", health::ready));
//! # httpz::testing::Client::new(app).get("/readyz").status(200).text("ready\n");
//! ```
//!
//! A server that is about to end first says so at `ready` and serves on for
//! `Config::shutdown.not_ready`, so that a proxy finds out by asking and not by a failed connection.
//! Where readiness depends on more than that, write a handler of your own that begins with
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
