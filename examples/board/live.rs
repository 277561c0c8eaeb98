//! What has just happened? One stream of events for everybody who looks at the board.
//!
//! ```text
//! event: note      a note as JSON, new or changed
//! event: gone      the id of a note that was removed
//! event: watching  how many are looking
//! ```

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use httpz::prelude::*;
use httpz::sse::{Channel, Event};

use crate::Board;
use crate::notes::Note;

/// Takes news to everybody who looks.
pub(crate) struct Live {
    channel: Channel,
    published: AtomicU64,
}

impl Default for Live {
    fn default() -> Self {
        Self { channel: Channel::new(256), published: AtomicU64::new(0) }
    }
}

impl Live {
    /// A note is new or has changed.
    pub(crate) fn changed(&self, note: &Note) -> Result {
        self.publish("note", Event::json(note)?);
        Ok(())
    }

    /// A note was removed.
    pub(crate) fn removed(&self, note: i64) -> Result {
        self.publish("gone", Event::json(&note)?);
        Ok(())
    }

    /// Called by whoever holds the database's writer, so the numbers are in the order of the changes.
    fn publish(&self, name: &str, event: Event) {
        let id = self.published.fetch_add(1, Ordering::Relaxed) + 1;
        self.channel.publish(event.name(name).id(id));
    }

    /// Not numbered: who comes again need not be told how many there were.
    fn publish_watching(&self) {
        let count = self.channel.subscribers().to_string();
        self.channel.publish(Event::new(count).name("watching"));
    }
}

/// Everything that happens from now on, or since the client was here last.
#[get("/live")]
pub(crate) async fn live(board: &Board, req: &Request, res: &mut Response) -> Result {
    let Board { live, .. } = board;
    // Dropped after the subscription, however the stream ends: when the count is right again.
    let _watching = Watching(live);
    let news = live.channel.subscribe_after(req.last_event_id());
    live.publish_watching();
    let mut events = res.events().await?;
    events.send(&Event::retry_after(Duration::from_secs(2))).await?;
    events.forward(news).await
}

/// Tells the others when somebody leaves.
struct Watching<'a>(&'a Live);

impl Drop for Watching<'_> {
    fn drop(&mut self) {
        self.0.publish_watching();
    }
}
