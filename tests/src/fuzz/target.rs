//! Is a target taken apart and decoded as a plain reader does it?
//!
//! The input: a byte that chooses the method, then the target.

use httpz_core::proto::{Target, percent};
use httpz_core::{Method, Request};

use super::reference;

/// Inputs to begin with.
pub const SEEDS: &[&[u8]] = &[
    b"\0/a/b?c=d&e=%20f+g",
    b"\0/caf%C3%A9/%7e%2F?",
    b"\x05host:80",
    b"\x06*",
    b"\0http://[::1]:80/a?b",
    b"\0HTTPS://a.b?c",
];

/// What targets are made of.
pub const WORDS: &[&[u8]] = &[
    b"/",
    b"?",
    b"&",
    b"=",
    b"+",
    b"%",
    b"%00",
    b"%2F",
    b"%41",
    b"%c3%a9",
    b"%C3",
    b"%ff",
    b"%zz",
    b"#",
    b"*",
    b":",
    b"80",
    b"@",
    b"[",
    b"]",
    b"[::1]",
    b"http://",
    b"//",
    b"..",
    b";",
    b"\\",
    b"\xc3\xa9",
];

/// Decodes, and compares.
///
/// # Panics
///
/// When it differs from the plain reading.
pub fn run(input: &[u8]) {
    let Some((choice, target)) = input.split_first() else { return };
    let method = Method::KNOWN[usize::from(*choice) % Method::KNOWN.len()];
    let read = Target::parse(method, target, 0).and_then(|parsed| {
        percent::normalise_path(parsed.path.of_bytes(target)).map(|normal| (parsed, normal))
    });
    let sound = reference::is_target(method.as_str().as_bytes(), target);
    assert_eq!(read.is_ok(), sound, "{method} {:?}", target.escape_ascii().to_string());
    let Ok((parsed, normal)) = read else { return };

    // What was normalised means what was sent, and normalising it once more changes nothing.
    let path = parsed.path.of_bytes(target);
    let octets = reference::decoded_path(path).expect("a sound target decodes");
    assert_eq!(reference::unescape(normal.as_bytes()), Some(octets));
    assert_eq!(percent::normalise_path(normal.as_bytes()).as_ref(), Ok(&normal));
    let slashes = |bytes: &[u8]| bytes.iter().filter(|&&byte| byte == b'/').count();
    assert_eq!(slashes(normal.as_bytes()), slashes(path), "segments were joined or divided");

    let text = String::from_utf8_lossy(target);
    if method == Method::Connect || text.len() > 4096 {
        return;
    }
    let req = Request::build(method, &text, &[], b"").expect("a sound target is served");
    assert_eq!(req.target(), text);
    let expected = pairs(req.query_string().as_bytes());
    let read = req.query().ok().map(|pairs| {
        pairs.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
    });
    assert_eq!(read, expected.filter(|pairs| pairs.len() <= 32), "{text:?}");
}

/// The pairs of a query; `None` when an escape is malformed or hides what is not UTF-8.
fn pairs(query: &[u8]) -> Option<Vec<(String, String)>> {
    let word = |raw: &[u8]| {
        let spaced: Vec<u8> = raw.iter().map(|&b| if b == b'+' { b' ' } else { b }).collect();
        String::from_utf8(reference::unescape(&spaced)?).ok()
    };
    let parts = query.split(|&byte| byte == b'&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let at = part.iter().position(|&byte| byte == b'=');
            let value = at.map_or(&b""[..], |at| &part[at + 1..]);
            Some((word(&part[..at.unwrap_or(part.len())])?, word(value)?))
        })
        .collect()
}
