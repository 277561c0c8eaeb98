//! Compressed answers over real sockets: what real clients make of them, and whom they hold up.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use flate2::read::GzDecoder;
use httpz::ext::compression::Compression;
use httpz::prelude::*;
use httpz::{Config, Handle};
use httpz_tests::{PATIENCE, Raw, has_command};

use super::stop;

fn text(n: usize) -> String {
    (0..n / 10).map(|n| format!("line {:4}\n", n % 7919)).collect()
}

fn start() -> (Handle, SocketAddr) {
    let app = App::new((), |r| {
        r.get("/plain/:n", |req: &Request, _: &mut Response| -> Result<String> {
            Ok(text(req.param("n").or_status(404)?.parse()?))
        })
        .get("/pieces/:n", |req: &Request, _: &mut Response| -> Result<(ContentType, Chunks)> {
            let n: usize = req.param("n").or_status(404)?.parse()?;
            Ok((ContentType::Text, Chunks::each((0..n / 10_000).map(|_| text(10_000)))))
        })
        .get("/ticks", async |_: &Request, res: &mut Response| -> Result {
            res.content_type(ContentType::Text);
            for n in 0.. {
                res.chunk(format!("tick {n}\n")).await?;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Ok(())
        })
        .get("/fails", async |_: &Request, res: &mut Response| -> Result {
            res.content_type(ContentType::Text).chunk(text(100_000)).await?;
            Err(Error::status(403, "no more"))
        })
    });
    let config = Config { port: 0, workers: 1, ..Config::default() };
    let server = app.compress(Compression::new()).config(config).start().expect("it starts");
    let addr = server.places()[0].addr().expect("it listens on TCP");
    (server, addr)
}

/// Reads one answer: its head, and its body out of its chunks or by its length.
fn answer(stream: &mut impl BufRead) -> (String, Vec<u8>) {
    let line = |stream: &mut dyn BufRead| {
        let mut line = String::new();
        stream.read_line(&mut line).expect("a line");
        line
    };
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        head += &line(stream);
    }
    let mut body = Vec::new();
    if head.contains("Transfer-Encoding: chunked") {
        loop {
            let size = usize::from_str_radix(line(stream).trim(), 16).expect("a size");
            let mut chunk = vec![0; size + 2];
            stream.read_exact(&mut chunk).expect("a chunk");
            if size == 0 {
                return (head, body);
            }
            body.extend_from_slice(&chunk[..size]);
        }
    }
    let length = head.split_once("Content-Length: ").expect("a length").1;
    let length = length.split_once("\r\n").expect("a line").0.parse().expect("a number");
    body.resize(length, 0);
    stream.read_exact(&mut body).expect("a body");
    (head, body)
}

fn unpack(bytes: &[u8]) -> String {
    let mut plain = String::new();
    GzDecoder::new(bytes).read_to_string(&mut plain).expect("a whole gzip file");
    plain
}

fn connect(addr: SocketAddr) -> BufReader<TcpStream> {
    let stream = TcpStream::connect(addr).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
    BufReader::new(stream)
}

#[test]
fn a_connection_goes_on_after_each_kind_of_answer() {
    let (server, addr) = start();
    let sizes = [10, 5000, 200_000, 20, 70_000, 3000];
    let asks = |n| format!("GET /plain/{n} HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n");
    let mut stream = connect(addr);
    stream.get_mut().write_all(sizes.map(asks).concat().as_bytes()).expect("sent");
    for n in sizes {
        let (head, body) = answer(&mut stream);
        match head.contains("Content-Encoding: gzip") {
            true => assert_eq!(unpack(&body), text(n)),
            false => assert!(n < 1024 && body == text(n).as_bytes(), "{head}"),
        }
    }
    stop(server);
}

#[test]
fn a_large_body_lets_others_have_their_turns() {
    let (server, addr) = start();
    for path in ["/plain/40000000", "/pieces/40000000"] {
        let mut large = connect(addr);
        let ask = format!("GET {path} HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n");
        large.get_mut().write_all(ask.as_bytes()).expect("sent");
        // It has begun, and the one worker has seconds of work with it. Its reader takes all that comes.
        let mut line = String::new();
        large.read_line(&mut line).expect("a head");
        let reader = std::thread::spawn(move || answer(&mut large));
        let mut other = Raw::connect(addr);
        let mut asked = 0;
        while !reader.is_finished() {
            other.get("/plain/10");
            asked += 1;
        }
        assert!(asked > 50, "{path}: {asked} answers only, while it was compressed");
        let (head, body) = reader.join().expect("it reads");
        assert!(head.contains("Content-Encoding: gzip") && body.len() > 100_000, "{path}: {head}");
        assert_eq!(unpack(&body).len(), 40_000_000);
    }
    stop(server);
}

#[test]
fn curl_sees_the_text() {
    if !has_command("curl_sees_the_text", "curl") {
        return;
    }
    let (server, addr) = start();
    let curl = |arguments: &[&str], path: &str| {
        let url = format!("http://{addr}{path}");
        let max = ["--silent", "--show-error", "--compressed", "--max-time", "20"];
        Command::new("curl")
            .args(max)
            .args(arguments)
            .arg(url)
            .stderr(Stdio::null())
            .output()
            .expect("it runs")
    };
    for (n, version) in [(5000, "--http1.1"), (500_000, "--http1.1"), (500_000, "--http1.0")] {
        let output = curl(&[version], &format!("/plain/{n}"));
        assert!(output.status.success(), "{n} {version}");
        assert_eq!(output.stdout, text(n).as_bytes(), "{n} {version}");
    }
    let head = curl(&["--head"], "/plain/5000").stdout;
    assert!(String::from_utf8_lossy(&head).contains("Content-Encoding: gzip"));
    assert!(!curl(&[], "/fails").status.success(), "a part looks whole");
    stop(server);
}

#[test]
fn what_was_given_leaves_while_the_handler_waits() {
    let (server, addr) = start();
    let mut stream = connect(addr);
    let ask = "GET /ticks HTTP/1.0\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n";
    stream.get_mut().write_all(ask.as_bytes()).expect("sent");
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        stream.read_line(&mut line).expect("a line");
    }
    let mut lines = BufReader::with_capacity(16, GzDecoder::new(stream)).lines();
    for n in 0..5 {
        assert_eq!(lines.next().expect("a tick").expect("in time"), format!("tick {n}"));
    }
    drop(lines);
    stop(server);
}
