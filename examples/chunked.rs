//! An answer in pieces: for what takes time to make, or has no end that is known beforehand.
//!
//! Pieces leave when the handler waits, or when 112 KiB have gathered; then it waits until the peer has
//! taken them. So a slow reader slows the handler down, and memory stays bounded. Status and fields are sent with the first piece; a handler that fails after
//! it cuts the connection, so that nobody takes the part for the whole.

use std::time::Duration;

use httpz::prelude::*;

/// Counts down, one number every 100 ms.
#[get("/countdown/:from")]
async fn countdown(from: u8, res: &mut Response) -> Result {
    res.content_type(ContentType::Text);
    for n in (1..=from).rev() {
        res.chunk(format!("{n}\n")).await?;
        // Handlers run on tokio: its timers and sockets can be used.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    res.chunk("lift-off\n").await
}

/// A large table that is never in memory as a whole.
#[get("/squares/:count")]
async fn squares(count: u64, res: &mut Response) -> Result {
    use std::fmt::Write;
    res.content_type(ContentType::Csv)
        .header("Content-Disposition", "inline; filename=squares.csv");
    let mut lines = String::from("n,square\n");
    for n in 1..=count {
        writeln!(lines, "{n},{}", u128::from(n).pow(2))?;
        if lines.len() > 16 * 1024 {
            res.chunk(&lines).await?;
            lines.clear();
        }
    }
    res.chunk(&lines).await
}

fn main() -> Result {
    httpz_examples::serve(App::new((), |r| r.mount(routes![countdown, squares])))
}
