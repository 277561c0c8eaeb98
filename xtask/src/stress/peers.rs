//! Who leans on the server: peers that wait, drip, leave, and some that only ask.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::Duration;

use super::Tally;
use crate::command::Outcome;

/// A client that waits longer than this has not been served.
const PATIENCE: Duration = Duration::from_secs(10);
const GET: &[u8] = b"GET /plaintext HTTP/1.1\r\nHost: stress\r\n\r\n";
const POST: &[u8] =
    b"POST /echo HTTP/1.1\r\nHost: stress\r\nContent-Length: 18\r\n\r\n{\"name\":\"a\",\"n\":7}";

fn connect(port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], port)), PATIENCE)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Asks and takes the whole answer, which must be a 200 with this body.
fn exchange(stream: &mut TcpStream, request: &[u8], body: &[u8]) -> io::Result<()> {
    stream.write_all(request)?;
    let mut answer = Vec::new();
    let mut room = [0; 1024];
    while !answer.ends_with(body) || !answer.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut room)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => answer.extend_from_slice(&room[..n]),
        }
    }
    match answer.starts_with(b"HTTP/1.1 200 ") {
        true => Ok(()),
        false => Err(io::Error::other(String::from_utf8_lossy(&answer).into_owned())),
    }
}

fn get(stream: &mut TcpStream) -> io::Result<()> {
    exchange(stream, GET, b"Hello, World!")
}

/// One request, so that what is made at the first one is made.
pub fn warm_up(port: u16) -> Outcome {
    connect(port).and_then(|mut stream| get(&mut stream)).map_err(|error| error.to_string())
}

/// Connections that make a request each and then only wait.
pub fn idle(port: u16, n: usize) -> Outcome<Vec<TcpStream>> {
    let open = |at| {
        let mut stream = connect(port)?;
        get(&mut stream)
            .map(|()| stream)
            .map_err(|error: io::Error| io::Error::other(format!("{at}: {error}")))
    };
    (0..n).map(open).collect::<io::Result<_>>().map_err(|error| format!("idle connection {error}"))
}

/// Those who have waited all the time are served when they ask again.
pub fn still_served(waiting: Vec<TcpStream>) -> Outcome {
    for (at, mut stream) in waiting.into_iter().enumerate().step_by(10) {
        get(&mut stream).map_err(|error| format!("idle connection {at} was lost: {error}"))?;
    }
    Ok(())
}

/// Peers that send a head a byte at a time and never end it; those that are cut off come again.
pub fn drip(port: u16, n: usize, tally: &Tally) {
    let open = || {
        let mut stream = connect(port).ok()?;
        stream.write_all(b"GET /plaintext HTTP/1.1\r\nHost: stress\r\nX-Slow: ").ok()?;
        stream.set_nonblocking(true).ok()?;
        Some(stream)
    };
    let mut dripping: Vec<Option<TcpStream>> = (0..n).map(|_| open()).collect();
    while !tally.stop.load(Relaxed) {
        for slot in &mut dripping {
            let sent = slot.as_mut().is_some_and(|stream| stream.write_all(b"x").is_ok());
            if sent {
                tally.dripped.fetch_add(1, Relaxed);
            } else {
                tally.cut_off.fetch_add(1, Relaxed);
                *slot = open();
            }
        }
        thread::sleep(Duration::from_millis(200));
    }
}

/// Peers that ask a lot and leave without an answer: what is unread makes the system send a reset.
pub fn reset(port: u16, tally: &Tally) {
    let beginnings: [&[u8]; 4] =
        [&GET.repeat(64), &GET[..20], &POST[..POST.len() - 5], &[GET, &POST[..40]].concat()];
    for beginning in beginnings.iter().cycle() {
        if tally.stop.load(Relaxed) {
            return;
        }
        if let Ok(mut stream) = connect(port)
            && stream.write_all(beginning).is_ok()
        {
            thread::sleep(Duration::from_millis(2));
            tally.reset.fetch_add(1, Relaxed);
        }
    }
}

/// A client that asks one thing after the other, over one connection or a new one each time.
pub fn ask(port: u16, stays: bool, tally: &Tally) {
    let mut connection = None;
    while !tally.stop.load(Relaxed) {
        let asked = ask_once(port, &mut connection);
        match asked {
            Ok(()) => tally.good.fetch_add(1, Relaxed),
            Err(error) => {
                eprintln!("stress: a good client failed: {error}");
                connection = None;
                tally.failed.fetch_add(1, Relaxed)
            }
        };
        if !stays {
            connection = None;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn ask_once(port: u16, connection: &mut Option<TcpStream>) -> io::Result<()> {
    let stream = match connection {
        Some(stream) => stream,
        empty => empty.insert(connect(port)?),
    };
    get(stream)?;
    exchange(stream, POST, b"{\"name\":\"a\",\"n\":7}")
}
