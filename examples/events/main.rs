//! Server-sent events: what one says, everybody hears at once. Open the page in two windows.
//!
//! A [`Channel`] takes each event to any number of subscribers and never waits for one of them. A
//! browser that lost its connection comes back by itself, says which event it saw last, and is told
//! what it missed.

use std::sync::atomic::{AtomicU64, Ordering};

use httpz::prelude::*;
use httpz::sse::{Channel, Event};
use serde::{Deserialize, Serialize};

struct Chat {
    channel: Channel,
    said: AtomicU64,
}

#[derive(Deserialize, Serialize)]
struct Line<'a> {
    who: &'a str,
    text: &'a str,
}

/// The page.
#[get("/")]
fn page() -> Html<&'static str> {
    Html(include_str!("page.html"))
}

/// Says something to everybody.
#[post("/say")]
fn say(chat: &Chat, Form(line): Form<Line<'_>>) -> Result<Status> {
    let id = chat.said.fetch_add(1, Ordering::Relaxed) + 1;
    chat.channel.publish(Event::json(&line)?.name("line").id(id));
    Ok(Status::NO_CONTENT)
}

/// What is being said, from now on or from where the client was.
#[get("/live")]
async fn live(chat: &Chat, req: &Request, res: &mut Response) -> Result {
    let lines = chat.channel.subscribe_after(req.last_event_id());
    let mut events = res.events().await?;
    events.send(&Event::new(format!("{} here", chat.channel.subscribers())).name("hello")).await?;
    events.forward(lines).await
}

fn main() -> Result {
    let chat = Chat { channel: Channel::new(256), said: AtomicU64::new(0) };
    httpz_examples::serve(App::new(chat, |r| r.mount(routes![page, say, live])))
}
