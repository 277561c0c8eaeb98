//! Answers that are compressed on their way, for clients that take gzip.
//!
//! Set for the whole application; what must not be compressed is left out, by its group or by the answer itself.

use std::time::Duration;

use httpz::ext::compression::Compression;
use httpz::prelude::*;

/// Half a megabyte of JSON, compressed in pieces, so that nobody else waits for it.
#[get("/numbers/:count")]
fn numbers(count: u32) -> Json<Vec<String>> {
    Json((0..count).map(|n| format!("number {n}")).collect())
}

/// Lines that arrive one by one: what a handler has given leaves when it waits, compressed or not.
#[get("/countdown/:from")]
async fn countdown(from: u8, res: &mut Response) -> Result {
    res.content_type(ContentType::Text);
    for n in (1..=from).rev() {
        res.chunk(format!("{n}\n")).await?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    res.chunk("lift-off\n").await
}

/// Shows what was searched for beside a secret. The size of a compressed answer would tell, search by search, how
/// much of one is in the other.
#[get("/search")]
fn search(req: &Request, res: &mut Response) -> Result<String> {
    res.header("Cache-Control", "private, no-transform");
    let asked = req.query()?.get("for").unwrap_or("nothing");
    Ok(format!("token=5f2c9a\nyou searched for {asked}\n").repeat(100))
}

/// A group that is left out as a whole.
#[get("/account")]
fn account() -> String {
    "ann, and how much she has\n".repeat(100)
}

fn main() -> Result {
    let app = App::new((), |r| {
        r.mount(routes![numbers, countdown, search])
            .with(|g| g.dispatch(Compression::off()).mount(routes![account]))
    });
    httpz_examples::serve(app.compress(Compression::new()))
}
