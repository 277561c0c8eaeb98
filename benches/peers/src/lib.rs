//! What every server of the comparison shares: its environment, its allocator and its payloads.
//!
//! The contract: one release binary that reads `PORT` and `WORKERS` (default 8080 and 1), listens
//! on 127.0.0.1 and answers `GET /plaintext`, `GET /json`, `GET /users/:id` and `POST /echo` as
//! `cargo xtask bench` checks before it measures anything. Those that know how to move large bodies
//! also answer `GET /blob` (1 MiB with its length), `GET /stream` (the same in 64 chunks) and
//! `POST /sink` (how many bytes came); the others answer 404 there, and have no figure.

#[cfg(feature = "bodies")]
use std::task::Poll;

use serde::{Deserialize, Serialize};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The body of `/plaintext`.
pub const PLAINTEXT: &str = "Hello, World!";

/// The answer of `/json`, serialised anew for each request.
#[derive(Serialize)]
pub struct Message {
    pub message: &'static str,
}

impl Message {
    pub const HELLO: Self = Self { message: PLAINTEXT };
}

/// The answer of `/users/:id`.
#[derive(Serialize)]
pub struct User {
    pub id: u64,
    pub name: &'static str,
}

impl User {
    pub const fn of(id: u64) -> Self {
        Self { id, name: "Teg" }
    }
}

/// What `/echo` parses and sends back; the name is owned, as in an application that keeps it.
#[derive(Serialize, Deserialize)]
pub struct Echo {
    pub name: String,
    pub n: u64,
}

/// The body of `/blob` and `/stream`.
pub static BLOB: [u8; 1 << 20] = [b'x'; 1 << 20];

/// Bytes of one piece of `/stream`.
pub const PIECE: usize = 16 * 1024;

/// `BLOB` piece by piece, in whatever type of bytes the framework sends without copying; nobody can
/// tell beforehand how many will come.
#[cfg(feature = "bodies")]
pub fn pieces<B: Send>(
    of: fn(&'static [u8]) -> B,
) -> impl futures_util::Stream<Item = std::io::Result<B>> + Send + Unpin {
    let mut pieces = BLOB.chunks(PIECE);
    futures_util::stream::poll_fn(move |_| Poll::Ready(pieces.next().map(|piece| Ok(of(piece)))))
}

/// How many bytes come, as the text that `/sink` answers.
#[cfg(feature = "bodies")]
pub async fn count<B: AsRef<[u8]>, E>(
    body: impl futures_util::Stream<Item = Result<B, E>>,
) -> Result<String, E> {
    use futures_util::TryStreamExt;

    let add = async |n, piece: B| Ok(n + piece.as_ref().len());
    body.try_fold(0, add).await.map(|n| n.to_string())
}

pub fn port() -> u16 {
    number("PORT", 8080)
}

pub fn workers() -> usize {
    number("WORKERS", 1).into()
}

fn number(name: &str, default: u16) -> u16 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number from 0 to 65535"))
}

/// Runs one thread per worker, each with a listener of its own (`SO_REUSEPORT`, non-blocking).
#[cfg(feature = "listener")]
pub fn each_worker(serve: fn(std::net::TcpListener) -> std::io::Result<()>) -> std::io::Result<()> {
    let threads: Vec<_> = (0..workers())
        .map(|_| listener().map(|own| std::thread::spawn(move || serve(own))))
        .collect::<std::io::Result<_>>()?;
    threads.into_iter().try_for_each(|thread| thread.join().expect("a worker does not panic"))
}

/// A listening socket, non-blocking, whose port others may share.
///
/// Linux hands `TCP_NODELAY` on to the connections that are accepted, so that no server pays a
/// system call for it, and none is slow for having forgotten it.
#[cfg(feature = "listener")]
pub fn listener() -> std::io::Result<std::net::TcpListener> {
    use socket2::{Domain, Socket, Type};

    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    socket.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], port())).into())?;
    socket.listen(4096)?;
    Ok(socket.into())
}
