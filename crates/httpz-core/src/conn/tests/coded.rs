//! Bodies that are coded on their way, by a coder that can be read: what goes in comes out in capitals, between
//! brackets, and with a bar where it had to let go.

use super::*;
use crate::message::coding::Coder;
use crate::message::response::Recode;

#[derive(Default)]
struct Capitals {
    held: Vec<u8>,
    begun: bool,
}

impl Capitals {
    fn let_go(&mut self, end: u8, out: &mut Vec<u8>) {
        if !std::mem::replace(&mut self.begun, true) {
            out.push(b'<');
        }
        out.append(&mut self.held);
        out.push(end);
    }
}

impl Coder for Capitals {
    fn push(&mut self, piece: &[u8], _: &mut Vec<u8>) {
        self.held.extend(piece.to_ascii_uppercase());
    }

    fn flush(&mut self, out: &mut Vec<u8>) {
        self.let_go(b'|', out);
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.let_go(b'>', out);
    }
}

/// Codes what is longer than three bytes or in pieces: at once up to ten.
struct Coding;

impl Recode for Coding {
    fn whole(self: Box<Self>, res: &mut Response, len: u64) -> Option<Box<dyn Coder>> {
        if len <= 3 {
            return None;
        }
        res.header("X", "whole");
        if len > 10 {
            return Some(Box::new(Capitals::default()));
        }
        let mut out = Vec::new();
        let mut coder = Capitals::default();
        coder.push(res.body_bytes(), &mut out);
        coder.end(&mut out);
        res.body(out);
        None
    }

    fn pieces(self: Box<Self>, res: &mut Response, len: Option<u64>) -> Option<Box<dyn Coder>> {
        res.header("X", len.map_or("pieces".to_owned(), |len| format!("{len} in pieces")));
        Some(Box::new(Capitals::default()))
    }
}

/// Waits once, for nothing.
async fn pause() {
    let mut waited = false;
    poll_fn(|_| match std::mem::replace(&mut waited, true) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    })
    .await;
}

pub(super) fn answer<'a>(req: &'a Request, res: &'a mut Response) -> Flow<'a> {
    res.recode(Box::new(Coding));
    match req.path() {
        "/coded/little" => _ = res.text("abc"),
        "/coded/some" => _ = res.text("abcdef"),
        "/coded/much" => _ = res.text("abcdefghijkl"),
        "/coded/error" => return Flow::Done(Err(Error::status(403, "no"))),
        "/coded/cleared" => {
            res.text("abcdef").clear();
            res.text("ghijkl");
        }
        "/coded/stream" => {
            res.stream(async |res| {
                res.chunk("ab").await?;
                res.chunk("cd").await?;
                pause().await;
                res.chunk("ef").await
            });
        }
        "/coded/counted" => {
            res.content_length(4).stream(async |res| res.chunk("abcd").await);
        }
        "/coded/short" => {
            res.content_length(5).stream(async |res| res.chunk("abcd").await);
        }
        "/coded/cut" => {
            res.stream(async |res| {
                res.chunk("ab").await?;
                Err(Error::status(403, "no more"))
            });
        }
        "/coded/stays" => {
            res.stream(async |res| {
                res.chunk("ab").await?;
                std::future::pending().await
            });
        }
        path => unreachable!("{path}"),
    }
    Flow::Done(Ok(()))
}

#[test]
fn bodies_are_coded_whole_or_in_pieces() {
    let chunked = "Transfer-Encoding: chunked\r\n\r\n";
    let next = "GET /b HTTP/1.1\r\nHost: x\r\n\r\n";
    for (path, expected) in [
        ("little", "Content-Length: 3\r\n\r\nabc".to_owned()),
        ("some", "X: whole\r\nContent-Length: 8\r\n\r\n<ABCDEF>".to_owned()),
        ("cleared", "X: whole\r\nContent-Length: 8\r\n\r\n<GHIJKL>".to_owned()),
        ("much", format!("X: whole\r\n{chunked}e\r\n<ABCDEFGHIJKL>\r\n0\r\n\r\n")),
        ("stream", format!("X: pieces\r\n{chunked}6\r\n<ABCD|\r\n3\r\nEF>\r\n0\r\n\r\n")),
        ("counted", format!("X: 4 in pieces\r\n{chunked}6\r\n<ABCD>\r\n0\r\n\r\n")),
    ] {
        let got = super::answer(&format!("GET /coded/{path} HTTP/1.1\r\nHost: x\r\n\r\n{next}"));
        let got = got.replace("Content-Type: text/plain; charset=utf-8\r\n", "");
        let other = ok("/b").replace("Content-Type: text/plain; charset=utf-8\r\n", "");
        assert_eq!(got, format!("HTTP/1.1 200 OK\r\n{expected}{other}"), "{path}");
    }
}

#[test]
fn head_and_old_peers_hear_of_it_too() {
    let head = super::answer("HEAD /coded/much HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(head.ends_with("X: whole\r\nTransfer-Encoding: chunked\r\n\r\n"), "{head}");
    let head = super::answer("HEAD /coded/counted HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(head.ends_with("X: 4 in pieces\r\nTransfer-Encoding: chunked\r\n\r\n"), "{head}");
    for (path, body) in [("much", "<ABCDEFGHIJKL>"), ("stream", "<ABCD|EF>")] {
        let old = super::answer(&format!("GET /coded/{path} HTTP/1.0\r\n\r\n"));
        assert!(old.ends_with(&format!("Connection: close\r\n\r\n{body}")), "{old}");
    }
}

#[test]
fn a_coded_body_that_breaks_off_is_cut() {
    for path in ["short", "cut"] {
        let got = super::answer(&format!("GET /coded/{path} HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert!(!got.contains('>') && !got.ends_with("0\r\n\r\n"), "{path}: {got}");
    }
}

#[test]
fn the_question_outlives_the_error_that_takes_the_place_of_the_answer() {
    let refused = super::answer("GET /coded/error HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(refused.contains(" 403 ") && refused.ends_with("\r\n\r\nno"), "{refused}");
}

/// The next answer from the same memory would be coded, though nobody asked for it.
#[test]
fn what_a_peer_leaves_behind_does_not_reach_the_next() {
    let common = common(1, small());
    for path in ["/coded/stays", "/b"] {
        let wire = Rc::new(Memory::new([format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")]));
        let ended = run(&wire, &common);
        assert_eq!(common.pool.leased(), 0, "{path} {ended}");
        if path == "/b" {
            assert_eq!(String::from_utf8(wire.take_output()).unwrap().replace(DATE, ""), ok("/b"));
        }
    }
}
