//! Row 64 of the feature list: WebSocket (RFC 6455), frame by frame.

use std::task::Poll;

use httpz::ext::websocket::{Accept, CloseCode, Either, Message, WebSocket};
use httpz::prelude::*;
use httpz::sse::{Channel, Event};
use httpz::testing::{Client, Draft, Live, Reply};

/// Echoes, and says at last how the socket was closed.
async fn echo(codes: &Channel, req: &Request, res: &mut Response) -> Result {
    let accept = Accept::new().max_message(1000).protocols(&["chat", "echo"]);
    let mut socket = accept.socket(req, res).await?;
    while let Some(message) = socket.next().await {
        match message.as_text() {
            Some("bye") => return Ok(()),
            Some("panic") => panic!("on purpose, over a socket"),
            Some("fail") => return Err(Error::status(503, "on purpose")),
            Some("refuse") => return Err(Error::status(409, "on purpose")),
            Some("unknown") => Err(std::io::Error::from(std::io::ErrorKind::NotFound))?,
            Some("fail late") => {
                drop(socket);
                pause(&mut true).await;
                return Err(Error::status(500, "on purpose"));
            }
            Some(text) if text.starts_with('{') => {
                let at: At = message.json()?;
                socket.send(at.x.to_string()).await?;
            }
            Some("close") => socket.close(CloseCode(4000), "you asked for it").await?,
            _ => socket.send(message).await?,
        }
    }
    let code = socket.close_code().expect("it has been closed").0;
    codes.publish(Event::new("closed").id(code));
    Ok(())
}

#[derive(serde::Deserialize)]
struct At {
    x: u8,
}

/// Lets the connection go on once.
async fn pause(first: &mut bool) {
    std::future::poll_fn(|cx| {
        cx.waker().wake_by_ref();
        if std::mem::take(first) { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
}

/// Says what others say, and lets others hear what its peer says.
async fn chat(room: &Channel, req: &Request, res: &mut Response) -> Result {
    let mut others = room.subscribe();
    let mut socket = WebSocket::accept(req, res).await?;
    loop {
        match socket.next_or(others.next()).await {
            Either::Message(Some(Message::Text(text))) => room.publish(Event::new(text)),
            Either::Message(Some(Message::Binary(_))) => {}
            Either::Other(Some(event)) => socket.send(event.as_str()).await?,
            Either::Message(None) | Either::Other(None) => return Ok(()),
        }
    }
}

struct Peer {
    client: Client,
    codes: Channel,
}

impl Peer {
    fn new() -> Self {
        let codes = Channel::new(8);
        let app = App::new(codes.clone(), |r| r.get("/echo", echo).get("/chat", chat))
            .error(|error: &std::io::Error| Error::status(404, error.kind().to_string()));
        Self { client: Client::new(app), codes }
    }

    fn ask(&self, path: &str) -> Draft<'_> {
        let draft = self.client.request(Method::Get, path).header("connection", "Upgrade");
        let draft = draft.header("upgrade", "websocket").header("sec-websocket-version", "13");
        draft.header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
    }

    fn open(&self, path: &str) -> Live {
        self.ask(path).open().status(101)
    }

    /// The code that the last handler was told.
    fn code(&self) -> Option<u16> {
        httpz::testing::block_on(async {
            let mut events = self.codes.subscribe_after(Some(""));
            let mut last = None;
            self.codes.publish(Event::new("end"));
            while let Some(event) = events.next().await {
                match event.last_id() {
                    Some(id) => last = id.parse().ok(),
                    None => break,
                }
            }
            last
        })
    }
}

/// A frame of a client, masked.
fn frame(first: u8, data: &[u8]) -> Vec<u8> {
    let mask = [1, 2, 3, 4];
    let mut out = vec![first];
    match data.len() {
        n @ 0..126 => out.push(0x80 | n as u8),
        n => {
            out.push(0x80 | 126);
            out.extend_from_slice(&(n as u16).to_be_bytes());
        }
    }
    out.extend_from_slice(&mask);
    out.extend(data.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    out
}

fn close(code: u16) -> Vec<u8> {
    frame(0x88, &code.to_be_bytes())
}

#[test]
fn row_64_a_handshake_is_proved_and_agrees_on_a_protocol() {
    let peer = Peer::new();
    peer.open("/echo").header("sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    let named = |names| peer.ask("/echo").header("sec-websocket-protocol", names).open();
    named("other, echo, chat").status(101).header("sec-websocket-protocol", "echo");
    assert_eq!(named("other").head().find_header("sec-websocket-protocol"), None);
}

#[test]
fn row_64_a_wrong_handshake_is_refused() {
    let peer = Peer::new();
    let ask = |key: &str, version: &str| -> Reply {
        let draft = peer.client.request(Method::Get, "/echo").header("connection", "upgrade");
        let draft = draft.header("upgrade", "websocket").header("sec-websocket-version", version);
        draft.header("sec-websocket-key", key).send()
    };
    let old =
        ask("dGhlIHNhbXBsZSBub25jZQ==", "8").status(426).header("sec-websocket-version", "13");
    old.header("upgrade", "websocket");
    ask("c2hvcnQ=", "13").status(400);
    peer.client.get("/echo").status(426).header("upgrade", "websocket");
}

/// A proxy that takes every WebSocket for a tunnel passes on what its client sends behind a handshake that was
/// refused: those bytes were served as requests that the proxy never saw.
#[test]
fn row_64_what_follows_a_refused_handshake_is_no_request() {
    let (peer, right) = (Peer::new(), "dGhlIHNhbXBsZSBub25jZQ==");
    for (origin, version, key, status) in [
        (&b"http://a"[..], "8", right, 426),
        (b"http://a", "13", "c2hvcnQ=", 400),
        (b"http://evil.example", "13", right, 403),
        (b"\xff", "13", right, 403),
    ] {
        let head = format!(
            "GET /echo HTTP/1.1\nHost: a\nConnection: upgrade\nUpgrade: websocket\n\
             Sec-WebSocket-Version: {version}\nSec-WebSocket-Key: {key}\nOrigin: "
        );
        let behind = "\n\nGET /behind HTTP/1.1\nHost: a\n\n".replace('\n', "\r\n");
        let sent = [head.replace('\n', "\r\n").as_bytes(), origin, behind.as_bytes()].concat();
        let reply = peer.client.send(&sent).status(status);
        assert!(reply.find_headers("connection").any(|said| said == "close"), "{reply}");
    }
}

#[test]
fn row_64_pages_of_other_origins_are_refused_unless_they_are_meant() {
    let peer = Peer::new();
    let from = |origin| peer.ask("/echo").header("host", "a.example").header("origin", origin);
    from("https://A.example").open().status(101);
    for origin in ["https://evil.example", "null", "https://a.example:8443"] {
        from(origin).send().status(403);
    }
    async fn open(req: &Request, res: &mut Response) -> Result {
        Accept::new().origin_if(|origin| origin.ends_with(".example")).socket(req, res).await?;
        Ok(())
    }
    let peer = Peer { client: Client::new(App::new((), |r| r.get("/", open))), ..Peer::new() };
    peer.ask("/").header("origin", "https://b.example").open().status(101);
    peer.ask("/").header("origin", "https://b.org").send().status(403);
}

#[test]
fn row_64_messages_come_back_in_one_frame_however_they_were_sent() {
    let peer = Peer::new();
    let mut live = peer.open("/echo");
    live.send(frame(0x81, b"hello"));
    assert_eq!(live.next_chunk().unwrap(), b"\x81\x05hello");
    live.send(frame(0x82, &[0; 3]));
    assert_eq!(live.next_chunk().unwrap(), b"\x82\x03\0\0\0");
    // In fragments, with a ping between them, cut anywhere.
    let parts =
        [frame(0x01, b"caf"), frame(0x89, b"?"), frame(0x00, b"\xc3"), frame(0x80, b"\xa9")];
    for byte in parts.concat() {
        live.send([byte]);
        live.is_quiet();
    }
    assert_eq!(live.next_chunk().unwrap(), b"\x8a\x01?\x81\x05caf\xc3\xa9");
    // Empty ones, and one with a long length.
    live.send([frame(0x81, b""), frame(0x82, &[7; 300])].concat());
    let mut heard = Vec::new();
    while heard.len() < 2 + 4 + 300 {
        heard.extend(live.next_chunk().unwrap());
    }
    assert_eq!(heard[..7], [0x81, 0, 0x82, 126, 1, 44, 7]);
}

#[test]
fn row_64_a_close_is_echoed_and_ends_the_socket() {
    for (sent, heard, code) in [
        (close(1000), &b"\x88\x02\x03\xe8"[..], 1000),
        (frame(0x88, b"\x0f\xa0see you"), b"\x88\x02\x0f\xa0", 4000),
        (frame(0x88, b""), b"\x88\x00", 1005),
    ] {
        let peer = Peer::new();
        let mut live = peer.open("/echo");
        live.send(&sent);
        assert_eq!(live.next_chunk().unwrap(), heard);
        assert_eq!(live.next_chunk(), None);
        assert_eq!(peer.code(), Some(code));
    }
    // A handler that returns says good-bye; one that closes waits for the echo.
    let peer = Peer::new();
    let mut live = peer.open("/echo");
    live.send(frame(0x81, b"bye"));
    assert_eq!(live.next_chunk().unwrap(), b"\x88\x02\x03\xe8");
    let mut live = peer.open("/echo");
    live.send(frame(0x81, b"close"));
    assert_eq!(live.next_chunk().unwrap(), b"\x88\x12\x0f\xa0you asked for it");
    live.send(close(4000));
    assert_eq!((live.next_chunk(), peer.code()), (None, Some(4000)));
    // A peer that is gone without a word.
    let peer = Peer::new();
    peer.open("/echo").leave();
    assert_eq!(peer.code(), Some(1006));
}

#[test]
fn row_64_a_handler_that_fails_does_not_say_that_all_was_well() {
    for (sent, code) in [
        ("panic", 1011),
        ("fail", 1011),
        ("refuse", 1008),
        // What the application says of an error of another library.
        ("unknown", 1008),
        (r#"{"x":300}"#, 1008),
        ("{", 1008),
        // The handler had done with its socket before.
        ("fail late", 1000),
    ] {
        let peer = Peer::new();
        let mut live = peer.open("/echo");
        // Some of what is to be sent has not left yet when the handler ends.
        live.send([frame(0x89, b"?"), frame(0x81, sent.as_bytes())].concat());
        let expected = [b"\x8a\x01?\x88\x02", &u16::to_be_bytes(code)[..]].concat();
        let mut heard = Vec::new();
        while let Some(bytes) = live.next_chunk() {
            heard.extend(bytes);
        }
        assert_eq!(heard, expected, "{sent}");
    }
}

#[test]
fn row_64_what_breaks_the_protocol_closes_the_socket_with_the_reason() {
    let too_long = [frame(0x01, &[b'x'; 600]), frame(0x80, &[b'x'; 401])].concat();
    for (what, bytes, code) in [
        ("no mask", b"\x81\x05hello".to_vec(), 1002),
        ("an extension", frame(0xc1, b"hello"), 1002),
        ("an unknown opcode", frame(0x83, b"hello"), 1002),
        ("a continuation of nothing", frame(0x80, b"hello"), 1002),
        ("a message in a message", [frame(0x01, b"a"), frame(0x81, b"b")].concat(), 1002),
        ("a close of one byte", frame(0x88, b"x"), 1002),
        ("a code that is not sent", close(1005), 1002),
        ("a code that is none", close(999), 1002),
        ("a reason that is no text", frame(0x88, b"\x03\xe8\xff"), 1007),
        ("a text that is none", frame(0x81, b"\xc3\x28"), 1007),
        ("a message too large", frame(0x82, &[0; 1001]), 1009),
        ("a message too large in parts", too_long, 1009),
        ("a huge message, announced", b"\x82\xff\0\0\0\x10\0\0\0\0\0\0\0\0".to_vec(), 1009),
    ] {
        let peer = Peer::new();
        let mut live = peer.open("/echo");
        live.send(bytes);
        let expected = [&[0x88, 2][..], &u16::to_be_bytes(code)].concat();
        assert_eq!(live.next_chunk().as_deref(), Some(&*expected), "{what}");
        assert_eq!((live.next_chunk(), peer.code()), (None, Some(code)), "{what}");
    }
}

#[test]
fn row_64_a_handler_waits_for_its_peer_and_for_others() {
    let peer = Peer::new();
    let (mut one, mut two) = (peer.open("/chat"), peer.open("/chat"));
    one.send(frame(0x81, b"hi"));
    for live in [&mut one, &mut two] {
        assert_eq!(live.next_chunk().unwrap(), b"\x81\x0adata: hi\n\n");
    }
    assert_eq!(peer.codes.subscribers(), 2);
    one.send(close(1000));
    assert_eq!(one.next_chunk().unwrap(), b"\x88\x02\x03\xe8");
    assert_eq!(peer.codes.subscribers(), 1);
}
