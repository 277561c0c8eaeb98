//! Files of a folder beside routes of one's own: a page with its styles, and what it asks for.
//!
//! A browser that comes again is told that nothing has changed (304), and `curl -C -` goes on with a download that
//! broke off. A path without a file is that of the page, which reads it itself: reload `/about`.

use httpz::ext::files::Files;
use httpz::prelude::*;

/// How long the server has been there, in seconds.
#[get("/api/uptime")]
fn uptime(started: &std::time::Instant) -> Json<u64> {
    Json(started.elapsed().as_secs())
}

fn main() -> Result {
    let site = concat!(env!("CARGO_MANIFEST_DIR"), "/files/site");
    let files = Files::new(site)?.fallback("index.html").cache_control("no-cache").precompressed();
    httpz_examples::serve(App::new(std::time::Instant::now(), |r| {
        // The most specific route wins, so the files take only what no other route does.
        r.mount(routes![uptime]).get("/", files.clone()).get("/*path", files)
    }))
}
