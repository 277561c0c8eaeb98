//! An end without a loss: requests in flight are answered, streams are told, then it returns.
//!
//! Ask for `/slow` and press Ctrl-C while it works: the answer still comes, with `Connection: close`,
//! and nobody can connect any more. A second Ctrl-C ends it at once.

use std::time::Duration;

use httpz::Signals;
use httpz::prelude::*;
use httpz::sse::Event;

/// Takes two seconds.
#[get("/slow")]
async fn slow() -> &'static str {
    tokio::time::sleep(Duration::from_secs(2)).await;
    "done\n"
}

/// Says goodbye when the server is about to end, or leaves when the client does.
#[get("/stream")]
async fn stream(res: &mut Response) -> Result {
    let mut events = res.events().await?;
    let second = || tokio::time::sleep(Duration::from_secs(1));
    while events.wait(second()).await.is_some() {
        events.send(&Event::new("still here")).await?;
    }
    events.send(&Event::new("goodbye")).await
}

fn main() -> Result {
    let mut config = Config::default();
    // What is not done by then is cut. `HTTPZ_SHUTDOWN_DEADLINE` may say otherwise.
    config.shutdown.deadline = Duration::from_secs(10);
    let app = App::new((), |r| r.mount(routes![slow, stream])).config(config.with_env()?);
    if httpz_examples::only_routes(&app) {
        return Ok(());
    }

    // Received from now on: one that comes while the server starts ends it in order, too.
    let signals = Signals::new()?;
    // The handle can be cloned and sent to whoever may end the server: `handle.shutdown()`.
    let handle = app.start()?;
    println!("listening on http://{}/", handle.addr());
    handle.wait_for(signals)?;

    // Every request has been answered; here go the last lines of the log, the flush of a database.
    println!("ended with nothing left undone");
    Ok(())
}
