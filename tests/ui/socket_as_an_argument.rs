//! A socket as other libraries hand it over.

use httpz::ext::websocket::WebSocket;
use httpz::prelude::*;

#[get("/")]
async fn index(_socket: WebSocket<'_>) -> &'static str {
    ""
}

fn main() {
    App::new((), |r| r.mount(routes![index]));
}
