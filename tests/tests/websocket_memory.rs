//! What a WebSocket holds once a large message has passed; alone in its process, whose memory is measured.

use std::io::{Read, Write};
use std::net::TcpStream;

use httpz::ext::websocket::WebSocket;
use httpz::prelude::*;
use httpz_tests::resident;

const SOCKETS: usize = 24;
const MIB: usize = 1024 * 1024;

#[get("/echo")]
async fn echo(req: &Request, res: &mut Response) -> Result {
    let mut socket = WebSocket::accept(req, res).await?;
    while let Some(message) = socket.next().await {
        socket.send(message).await?;
    }
    Ok(())
}

#[test]
fn a_large_message_leaves_little_behind_though_the_next_one_has_begun() {
    let config = Config { workers: 1, port: 0, ..Config::default() };
    let server =
        App::new((), |r| r.mount(routes![echo])).config(config).start().expect("it starts");
    let handshake = "GET /echo HTTP/1.1\nHost: a\nConnection: upgrade\nUpgrade: websocket\n\
                     Sec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n\n";
    // A mask of zeros, which changes nothing.
    let head = [0x82, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0];
    let message = [&head[..], &vec![b'x'; MIB], &[0x82]].concat();
    let mut answer = vec![0; 10 + MIB];
    let mut peers = Vec::new();
    let before = resident("self");
    for _ in 0..SOCKETS {
        let mut peer = TcpStream::connect(server.addr()).expect("it listens");
        peer.write_all(handshake.replace('\n', "\r\n").as_bytes()).expect("it takes requests");
        let mut read = Vec::new();
        while !read.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            peer.read_exact(&mut byte).expect("it answers");
            read.extend_from_slice(&byte);
        }
        peer.write_all(&message).expect("it takes messages");
        peer.read_exact(&mut answer).expect("it answers");
        peers.push(peer);
    }
    let each = resident("self").saturating_sub(before) / SOCKETS;
    assert!(each < 512 * 1024, "each holds {each} bytes");
    drop(peers);
    server.shutdown();
    server.wait();
}
