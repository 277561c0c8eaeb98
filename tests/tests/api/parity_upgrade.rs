//! Row 64 of the feature list, its base: a handler takes the connection over.

use httpz::Came;
use httpz::prelude::*;
use httpz::testing::Client;

async fn shout(req: &Request, res: &mut Response) -> Result {
    res.header("X-Kind", "loud");
    let mut tunnel = res.upgrade(req, "shout").await?;
    let mut buf = [0; 8];
    while let Came::Bytes(n) = tunnel.read(&mut buf).await? {
        buf[..n].make_ascii_uppercase();
        tunnel.write(&buf[..n]).await?;
    }
    tunnel.write(b" bye").await
}

fn client() -> Client {
    Client::new(App::new((), |r| r.get("/shout", shout).post("/shout", shout)))
}

#[test]
fn row_64_a_handler_takes_the_connection_over() {
    let client = client();
    let asks = client.request(Method::Get, "/shout").header("connection", "keep-alive, Upgrade");
    let mut live = asks.header("upgrade", "other/1, Shout").open().status(101);
    live = live.header("upgrade", "shout").header("connection", "upgrade").header("x-kind", "loud");
    let head = String::from_utf8(live.head().raw().to_vec()).unwrap();
    assert!(head.starts_with("HTTP/1.1 101 Switching Protocols\r\nDate: "), "{head}");
    for name in ["content-length", "transfer-encoding", "content-type"] {
        assert_eq!(live.head().find_header(name), None);
    }
    assert!(live.is_quiet());
    live.send("hello");
    assert_eq!(live.next_text().as_deref(), Some("HELLO"));
    live.send("more than eight bytes");
    let mut heard = String::new();
    while heard.len() < 21 {
        heard += &live.next_text().expect("all of it");
    }
    assert_eq!(heard, "MORE THAN EIGHT BYTES");
    assert_eq!(live.leave(), b" bye");
}

#[test]
fn row_64_what_came_behind_the_request_is_read_first() {
    let request = "GET /shout HTTP/1.1\nHost: a\nConnection: upgrade\nUpgrade: shout\n\n";
    let request = request.replace('\n', "\r\n") + "too early, too long";
    let reply = client().send(request.as_bytes()).status(101);
    assert_eq!(reply.body(), b"TOO EARLY, TOO LONG bye");
}

#[test]
fn row_64_who_does_not_ask_for_it_is_told_how() {
    let client = client();
    let get = || client.request(Method::Get, "/shout");
    for draft in [
        get(),
        get().header("upgrade", "shout"),
        get().header("connection", "upgrade").header("upgrade", "whisper"),
    ] {
        draft
            .send()
            .status(426)
            .header("upgrade", "shout")
            .header("connection", "upgrade")
            .text("this is reached by an upgrade to shout");
    }
    let old = "GET /shout HTTP/1.0\nConnection: upgrade\nUpgrade: shout\n\n".replace('\n', "\r\n");
    client.send(old.as_bytes()).status(426);
    let draft = client.request(Method::Post, "/shout").header("connection", "upgrade").body("x");
    draft.header("upgrade", "shout").send().status(400);
}
