//! Row 64 of the feature list over real sockets: a connection that was taken over, and its ends.

use httpz::Came;
use httpz::ext::websocket::WebSocket;
use httpz::prelude::*;
use httpz_tests::Raw;

const ASK: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";

async fn echo(req: &Request, res: &mut Response) -> Result {
    let mut tunnel = res.upgrade(req, "echo").await?;
    let mut buf = [0; 64 * 1024];
    loop {
        match tunnel.read(&mut buf).await? {
            Came::Bytes(n) => tunnel.write(&buf[..n]).await?,
            Came::End => return tunnel.write(b"end").await,
            Came::Nothing if tunnel.is_over() => return tunnel.write(b"over").await,
            Came::Nothing => tunnel.write(b"?").await?,
        }
    }
}

async fn socket(req: &Request, res: &mut Response) -> Result {
    let mut socket = WebSocket::accept(req, res).await?;
    while let Some(message) = socket.next().await {
        socket.send(message).await?;
    }
    Ok(())
}

fn server() -> httpz::Handle {
    let mut config = Config { workers: 1, port: 0, ..Config::default() };
    config.timeouts.ping = std::time::Duration::from_millis(500);
    App::new((), |r| r.get("/", echo).get("/socket", socket))
        .config(config)
        .start()
        .expect("it starts")
}

/// Asks for the tunnel and reads the head of the answer.
fn open(server: &httpz::Handle) -> Raw {
    let mut peer = Raw::connect(server.addr());
    peer.send(ASK);
    let head = peer.until("\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    peer
}

#[test]
fn row_64_bytes_pass_both_ways_until_the_peer_ends() {
    let server = server();
    let mut peer = open(&server);
    peer.send("hello");
    assert_eq!(peer.until("hello"), "hello");
    let long = "x".repeat(300_000) + "!";
    peer.send(&long);
    assert_eq!(peer.until("!").replace('?', ""), long);
    assert!(peer.finish().rest().ends_with("end"));
    crate::stop(server);
}

#[test]
fn row_64_who_expects_to_be_told_to_go_on_is_told_before_the_switch() {
    let server = server();
    let mut peer = Raw::connect(server.addr());
    peer.send(ASK.replace("Host: a", "Host: a\r\nExpect: 100-continue"));
    assert_eq!(peer.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    assert!(peer.until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
    drop(peer);
    crate::stop(server);
}

#[test]
fn row_64_silence_is_noticed_and_a_shutdown_too() {
    let server = server();
    let mut peer = open(&server);
    assert_eq!(peer.until("?"), "?");
    server.shutdown();
    assert!(peer.rest().ends_with("over"));
    server.wait();
}

#[test]
fn row_64_a_socket_is_asked_for_signs_of_life_and_told_of_a_shutdown() {
    let server = server();
    let open = || {
        let mut peer = Raw::connect(server.addr());
        peer.send(
            "GET /socket HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        );
        assert!(peer.until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
        peer
    };
    let (mut silent, mut alive) = (open(), open());
    assert_eq!(silent.bytes(2), b"\x89\0", "a ping");
    assert_eq!(alive.bytes(2), b"\x89\0");
    alive.send(b"\x8a\x80\0\0\0\0");
    assert_eq!(silent.rest(), "", "who does not answer is given up");
    assert_eq!(alive.bytes(2), b"\x89\0");
    server.shutdown();
    assert_eq!(alive.bytes(4), b"\x88\x02\x03\xe9", "going away");
    server.wait();
}
