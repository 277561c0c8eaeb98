//! A blocking client that costs little and believes nothing: every answer is checked.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use super::workload::{BODIES, CROWD, Content, DEPTH, FRESH, Pace, ROUTES, Workload};
use crate::command::Outcome;

/// A server that says nothing for so long is not slow but broken, even under callgrind.
const PATIENCE: Duration = Duration::from_secs(20);

/// One parsed answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// In lower case.
    pub head: String,
    pub body: Vec<u8>,
    pub chunked: bool,
    /// Head and body together, as they came.
    pub length: usize,
}

/// How every answer begins that we count.
const GOOD: &[u8] = b"HTTP/1.1 200";

/// Requests before anything is measured, so that pools, caches and lazily built tables are there.
const WARM_UP: usize = 5_000;

/// Connects as soon as the server listens.
pub fn connect(port: u16, patience: Duration) -> io::Result<TcpStream> {
    let started = Instant::now();
    loop {
        match TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                return Ok(stream);
            }
            Err(error) if started.elapsed() > patience => return Err(error),
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// Reads one answer, whose end its head tells.
pub fn read_answer(stream: &mut TcpStream) -> Outcome<Answer> {
    let mut bytes = Vec::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        if let Some(answer) = parse(&bytes)? {
            return Ok(answer);
        }
        match stream.read(&mut piece) {
            Ok(0) => return Err(format!("closed after {} bytes of an answer", bytes.len())),
            Ok(n) => bytes.extend_from_slice(&piece[..n]),
            Err(error) => return Err(format!("no answer: {error}")),
        }
    }
}

fn parse(bytes: &[u8]) -> Outcome<Option<Answer>> {
    let Some(head_end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).to_ascii_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| format!("an answer without a status: {head:?}"))?;
    let field = |name| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let length = field("content-length:").and_then(|length| length.parse::<usize>().ok());
    let chunked = field("transfer-encoding:") == Some("chunked");

    let body_at = head_end + 4;
    let body = match (length, chunked) {
        (Some(n), false) => bytes.get(body_at..body_at + n).map(|body| (body.to_vec(), n)),
        (None, true) => from_chunks(&bytes[body_at..]),
        _ => return Err(format!("an answer whose end is not told: {head:?}")),
    };
    Ok(body.map(|(body, n)| Answer { status, head, body, chunked, length: body_at + n }))
}

/// The content of a chunked body and how long it was; `None` as long as it is not all there.
fn from_chunks(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut content = Vec::new();
    let mut at = 0;
    loop {
        let digits = bytes.get(at..)?.windows(2).position(|two| two == b"\r\n")?;
        let size = std::str::from_utf8(&bytes[at..at + digits]).ok()?;
        let size = usize::from_str_radix(size, 16).ok()?;
        let data_at = at + digits + 2;
        content.extend_from_slice(bytes.get(data_at..data_at + size)?);
        at = data_at + size + 2;
        if size == 0 {
            return (bytes.len() >= at).then_some((content, at));
        }
    }
}

/// Asks for the four routes and compares the answers with the contract.
pub fn check_contract(port: u16, patience: Duration) -> Outcome {
    let mut stream =
        connect(port, patience).map_err(|error| format!("does not listen: {error}"))?;
    for workload in ROUTES {
        ask(&mut stream, &workload)?;
    }
    Ok(())
}

/// Whether the server ends a connection after its answer when it is asked to.
pub fn closes_when_asked(port: u16) -> Outcome<bool> {
    let mut stream = connect(port, PATIENCE).map_err(|error| error.to_string())?;
    stream.set_read_timeout(Some(Duration::from_secs(1))).map_err(|error| error.to_string())?;
    ask(&mut stream, &FRESH)?;
    Ok(matches!(stream.read(&mut [0]), Ok(0)))
}

/// Whether the server has the routes for large bodies; if it has, its answers must be right.
pub fn moves_bodies(port: u16) -> Outcome<bool> {
    let mut stream = connect(port, PATIENCE).map_err(|error| error.to_string())?;
    stream.write_all(&BODIES[0].request()).map_err(|error| error.to_string())?;
    if read_answer(&mut stream)?.status == 404 {
        return Ok(false);
    }
    BODIES.iter().try_for_each(|workload| ask(&mut stream, workload).map(drop))?;
    Ok(true)
}

/// Gives a server that has just been started something to do.
pub fn warm_up(port: u16) -> Outcome {
    Drive::new(port, &CROWD)?.run(WARM_UP).map(drop)
}

/// One request and its answer, which must be the right one; gives the answer's length.
fn ask(stream: &mut TcpStream, workload: &Workload) -> Outcome<usize> {
    stream.write_all(&workload.request()).map_err(|error| format!("{}: {error}", workload.name))?;
    let answer = read_answer(stream).map_err(|reason| format!("{}: {reason}", workload.name))?;
    let typed = answer.head.contains(&format!("\r\ncontent-type: {}", workload.content_type));
    let framed = answer.chunked == (workload.answer == Content::Chunked);
    if answer.status != 200 || *answer.body != *workload.answer.bytes() || !typed || !framed {
        let n_shown = answer.body.len().min(200);
        let body = String::from_utf8_lossy(&answer.body[..n_shown]);
        return Err(format!(
            "{}: wrong answer: {} {body:?}\n{}",
            workload.name, answer.status, answer.head
        ));
    }
    Ok(answer.length)
}

/// Connections that have learnt how long an answer is, so that later ones are read by length.
pub struct Drive {
    streams: Vec<TcpStream>,
    request: Vec<u8>,
    /// Bytes that come back for one write on one connection.
    expected: usize,
    /// Requests in one write.
    depth: usize,
}

impl Drive {
    pub fn new(port: u16, workload: &Workload) -> Outcome<Self> {
        let depth = if workload.pace == Pace::Pipelined { DEPTH } else { 1 };
        let n_streams = if workload.pace == Pace::Crowd { DEPTH } else { 1 };
        let mut streams = (0..n_streams)
            .map(|_| connect(port, PATIENCE))
            .collect::<io::Result<Vec<_>>>()
            .map_err(|error| error.to_string())?;
        let mut length = 0;
        for stream in &mut streams {
            length = ask(stream, workload)?;
        }
        Ok(Self {
            streams,
            request: workload.request().repeat(depth),
            expected: length * depth,
            depth,
        })
    }

    /// Bytes of one answer.
    pub fn answer_length(&self) -> usize {
        self.expected / self.depth
    }

    /// Whole rounds until at least `n` requests are answered; gives their number.
    pub fn run(&mut self, n: usize) -> Outcome<usize> {
        let per_round = self.streams.len() * self.depth;
        let rounds = n.div_ceil(per_round);
        for _ in 0..rounds {
            self.round().map_err(|error| error.to_string())?;
        }
        Ok(rounds * per_round)
    }

    fn round(&mut self) -> io::Result<()> {
        for stream in &mut self.streams {
            stream.write_all(&self.request)?;
        }
        let mut bytes = [0; 16 * 1024];
        for stream in &mut self.streams {
            let mut left = self.expected;
            while left > 0 {
                let n = stream.read(&mut bytes[..left.min(16 * 1024)])?;
                if n == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                if left == self.expected && !begins_well(&bytes[..n]) {
                    return Err(io::Error::other("an answer other than 200"));
                }
                left -= n;
            }
        }
        Ok(())
    }
}

/// Is this the beginning of an answer with the right status, as far as it has come?
pub fn begins_well(bytes: &[u8]) -> bool {
    let n = bytes.len().min(GOOD.len());
    bytes[..n] == GOOD[..n]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_or_not_yet_there() {
        let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
        for cut in 0..bytes.len() {
            assert!(parse(&bytes[..cut]).unwrap().is_none(), "{cut}");
        }
        let answer = parse(bytes).unwrap().unwrap();
        assert_eq!((answer.status, answer.length, &*answer.body), (200, bytes.len(), &b"hi"[..]));
        assert!(!answer.chunked);
    }

    #[test]
    fn chunks_are_put_together_when_the_last_has_come() {
        let bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
            3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n";
        for cut in 0..bytes.len() {
            assert!(parse(&bytes[..cut]).unwrap().is_none(), "{cut}");
        }
        let answer = parse(bytes).unwrap().unwrap();
        assert_eq!((answer.length, &*answer.body), (bytes.len(), &b"abc0123456789"[..]));
        assert!(answer.chunked);
    }

    #[test]
    fn an_answer_without_an_end_is_refused() {
        assert!(parse(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }

    #[test]
    fn a_wrong_status_shows_in_the_first_bytes() {
        for (bytes, expected) in [
            ("HTTP/1.1 200 OK", true),
            ("HTTP", true),
            ("HTTP/1.1 503 Busy", false),
            ("500", false),
        ] {
            assert_eq!(begins_well(bytes.as_bytes()), expected, "{bytes}");
        }
    }
}
