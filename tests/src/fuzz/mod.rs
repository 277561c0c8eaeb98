//! What is fuzzed? Eight plain functions of bytes, each of which panics when it has found something.
//!
//! They are called by `cargo test` with fixed seeds and the committed corpora, and by `cargo xtask
//! fuzz TARGET` with libFuzzer or, where that cannot be built, with [`mutate`]. Each compares the
//! library with a second reading of the same bytes that was written independently and plainly
//! ([`mod@reference`], [`answers`], and hyper in [`differential`]), and with itself under other cuts.

pub mod answers;
pub mod chunks;
pub mod connection;
pub mod cuts;
pub mod cycle;
pub mod differential;
pub mod framing;
pub mod head;
pub mod mutate;
pub mod reference;
pub mod router;
pub mod target;

use std::path::Path;

use crate::wire;

/// A function that is fuzzed.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// As it is called on the command line.
    pub name: &'static str,
    /// Takes any bytes and panics when the library has misread them.
    pub run: fn(&[u8]),
    /// Inputs to begin with.
    pub seeds: &'static [&'static [u8]],
    /// Words that make inputs interesting.
    pub words: &'static [&'static [u8]],
}

/// All targets, innermost first.
pub const TARGETS: &[Target] = &[
    Target { name: "framing", run: framing::run, seeds: framing::SEEDS, words: framing::WORDS },
    Target { name: "chunks", run: chunks::run, seeds: chunks::SEEDS, words: chunks::WORDS },
    Target { name: "target", run: target::run, seeds: target::SEEDS, words: target::WORDS },
    Target { name: "head", run: head::run, seeds: REQUESTS, words: HTTP_WORDS },
    Target { name: "router", run: router::run, seeds: router::SEEDS, words: router::WORDS },
    Target { name: "cycle", run: cycle::run, seeds: cycle::SEEDS, words: &[] },
    Target { name: "connection", run: connection::run, seeds: REQUESTS, words: HTTP_WORDS },
    Target { name: "differential", run: differential::run, seeds: REQUESTS, words: HTTP_WORDS },
];

/// Requests to begin with, where whole requests are fuzzed.
pub const REQUESTS: &[&[u8]] = &[
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /a/b?c=d%20e HTTP/1.1\r\nHost: a.example:80\r\nAccept: */*\r\n\r\n\r\nHEAD / HTTP/1.1\r\nHost: [::1]\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nX-T: u\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na",
    b"OPTIONS * HTTP/1.1\r\nHost: \r\nConnection: close, x\r\n\r\n",
    b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
    b"GET http://a/b?c HTTP/1.1\r\nHost: d\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
];

/// Words of whole requests.
pub const HTTP_WORDS: &[&[u8]] = &[
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"\r",
    b" ",
    b"\t",
    b"\0",
    b"\x0b",
    b"\x7f",
    b":",
    b",",
    b";",
    b"GET ",
    b"POST ",
    b"HEAD ",
    b"QUERY ",
    b"CONNECT ",
    b"OPTIONS ",
    b"BREWCOFFEE ",
    b" HTTP/1.1\r\n",
    b" HTTP/1.0\r\n",
    b" HTTP/1.2\r\n",
    b" HTTP/0.9\r\n",
    b" HTTP/2.0\r\n",
    b"http://",
    b"https://",
    b"%41",
    b"%00",
    b"%ff",
    b"%c3%a9",
    b"?",
    b"#",
    b"*",
    b"@",
    b"Host: a\r\n",
    b"Host: a:b\r\n",
    b"Host:\r\n",
    b"Content-Length: 3\r\n",
    b"Content-Length: 0\r\n",
    b"Content-Length: +3\r\n",
    b"content-length:3, 3\r\n",
    b"Content-Length: 18446744073709551616\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"transfer-encoding:\tChunked \r\n",
    b"Transfer-Encoding: gzip, chunked\r\n",
    b"Transfer-Encoding: chunked, identity\r\n",
    b"Transfer-Encoding : chunked\r\n",
    b"Transfer-Encoding: \x0bchunked\r\n",
    b" chunked\r\n",
    b"Connection: close\r\n",
    b"Connection: keep-alive\r\n",
    b"Connection: upgrade, x\r\n",
    b"Connection: Content-Length\r\n",
    b"Expect: 100-continue\r\n",
    b"Expect: tea\r\n",
    b"Upgrade: h2c\r\n",
    b"X: y\r\n",
    b"0\r\n\r\n",
    b"1\r\na\r\n",
    b"3\r\nabc\r\n",
    b"3;a=\"b\"\r\nabc\r\n",
    b"03\r\nabc\r\n",
    b"fffffffffffffffff\r\n",
    b"0x3\r\nabc\r\n",
    b"0\r\nHost: b\r\n\r\n",
    b"0\r\nX: y\r\n\r\n",
];

/// No input is longer: the plain readers do not count what chunk extensions and trailers take together.
pub const LONGEST: usize = 2048;

/// Where the committed corpora lie, a folder for each target.
pub const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus");

/// What a target begins with: its seeds, the committed corpus, and for those that read whole requests
/// what the cases of `tests/wire` send.
pub fn inputs(target: &Target) -> Vec<Vec<u8>> {
    let mut inputs: Vec<Vec<u8>> = target.seeds.iter().map(|seed| seed.to_vec()).collect();
    inputs.extend(corpus(target));
    if target.seeds == REQUESTS {
        inputs.extend(wire::all().iter().map(|case| case.input.concat()));
    }
    inputs.retain(|input| input.len() <= LONGEST);
    inputs
}

/// The committed inputs of a target, in the order of their names.
fn corpus(target: &Target) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(Path::new(CORPUS).join(target.name)).into_iter().flatten();
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    files.iter().filter_map(|file| std::fs::read(file).ok()).collect()
}
