//! A WebSocket: a room in which everybody hears what one says.
//!
//! The socket is spoken within the handler, which ends with it. `next_or` waits for a message and for
//! something else at once, here for what others say; it tells which came first.

use httpz::ext::websocket::{Either, WebSocket};
use httpz::prelude::*;
use tokio::sync::broadcast;

struct Room {
    said: broadcast::Sender<String>,
}

/// Lets somebody into the room.
#[get("/room/:name")]
async fn enter(room: &Room, name: &str, req: &Request, res: &mut Response) -> Result {
    let mut socket = WebSocket::accept(req, res).await?;
    let mut heard = room.said.subscribe();
    loop {
        match socket.next_or(heard.recv()).await {
            Either::Message(Some(message)) => {
                if let Some(text) = message.as_text() {
                    // It fails when nobody listens; but this handler does.
                    let _ = room.said.send(format!("{name}: {text}"));
                }
            }
            // Closed, lost, or told to end by the server.
            Either::Message(None) => return Ok(()),
            Either::Other(Ok(line)) => socket.send(line).await?,
            // Whoever listens too slowly misses some.
            Either::Other(Err(_)) => socket.send("(you missed something)").await?,
        }
    }
}

/// A page to talk from.
#[get("/")]
fn page() -> Html<&'static str> {
    Html(
        r#"<!doctype html><title>Room</title><ul id="said"></ul><input id="text" autofocus>
<script>
const socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/room/guest");
socket.onmessage = ({ data }) => {
  const line = document.createElement("li");
  line.textContent = data;
  said.append(line);
};
text.onchange = () => { socket.send(text.value); text.value = ""; };
</script>
"#,
    )
}

fn main() -> Result {
    let room = Room { said: broadcast::channel(64).0 };
    httpz_examples::serve(App::new(room, |r| r.mount(routes![page, enter])))
}
