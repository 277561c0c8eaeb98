//! Bodies that are read in pieces or held to another limit, however they are cut.

use super::*;
use crate::error::Result;
use crate::message::Piece;

/// The whole body, as it came.
pub(super) async fn pieces(req: &Request) -> Result<Vec<Vec<u8>>> {
    let (mut pieces, mut buf) = (Vec::new(), Vec::new());
    loop {
        let piece = poll_fn(|cx| {
            req.poll_piece(cx, &mut buf).map_ok(|piece| match piece {
                Piece::End => None,
                Piece::Here(bytes) => Some(Ok(bytes.to_vec())),
                Piece::Filled(n) => Some(Err(n)),
            })
        });
        match piece.await? {
            Some(piece) => pieces.push(piece.unwrap_or_else(|n| buf[..n].to_vec())),
            None => return Ok(pieces),
        }
    }
}

#[test]
fn a_body_read_in_pieces_ends_where_it_ends() {
    for body in [
        "Content-Length: 5\r\n\r\nabcde",
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nabcde\r\n0\r\nA: b\r\n\r\n",
    ] {
        let next = "GET /b HTTP/1.1\r\nHost: x\r\n\r\n";
        let input = format!("POST /pieces HTTP/1.1\r\nHost: x\r\n{body}{next}");
        assert_eq!(answer(&input), bare("abcde") + &ok("/b"), "{body:?}");
        let input = format!("POST /first-piece HTTP/1.1\r\nHost: x\r\n{body}{next}");
        assert_eq!(answer(&input), ok("enough") + &ok("/b"), "{body:?}");
    }
    for empty in ["", "Content-Length: 0\r\n"] {
        let input = format!("GET /pieces HTTP/1.1\r\nHost: x\r\n{empty}\r\n");
        assert_eq!(answer(&input), bare(""));
    }
    let chunked = "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    assert_eq!(answer(&format!("POST /pieces HTTP/1.1\r\nHost: x\r\n{chunked}")), bare(""));
}

#[test]
fn a_body_is_held_to_the_limit_that_was_set_last() {
    let large = "x".repeat(80);
    for (path, body, accepted) in [
        ("/at-most-5", "abcde", true),
        ("/at-most-5", "abcdef", false),
        ("/at-most-100", &*large, true),
        ("/body", &*large, false),
        ("/pieces", &*large, false),
    ] {
        let n = body.len();
        for body in [
            format!("Content-Length: {n}\r\n\r\n{body}"),
            format!("Transfer-Encoding: chunked\r\n\r\n{n:x}\r\n{body}\r\n0\r\n\r\n"),
        ] {
            let got = answer(&format!("POST {path} HTTP/1.1\r\nHost: x\r\n{body}"));
            let expected = if accepted { "HTTP/1.1 200 " } else { "HTTP/1.1 413 " };
            assert!(got.starts_with(expected), "{path} {body}: {got}");
        }
    }
}

#[test]
fn nothing_is_told_to_go_on_that_is_too_large() {
    let head = "Host: x\r\nExpect: 100-continue\r\nContent-Length: 6\r\n\r\n";
    let got = answer_to(Memory::new([format!("POST /at-most-5 HTTP/1.1\r\n{head}")]), small());
    assert_eq!(got, refused("413 Content Too Large", "request body is too large"));
}

#[test]
fn a_body_is_waited_for_under_a_deadline_and_only_then() {
    let head = "POST /pieces HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc";
    let wire = Rc::new(Memory::open([head]));
    let mut serving = pin!(Conn::new(wire.clone(), common(1, small())).serve());
    let cx = &mut Context::from_waker(Waker::noop());
    for _ in 0..2 {
        assert!(serving.as_mut().poll(cx).is_pending());
        assert_eq!(wire.waiting(), Wait::Body);
        wire.send(b"abc");
    }
    assert!(serving.as_mut().poll(cx).is_pending());
    assert_eq!(wire.waiting(), Wait::KeepAlive);
    assert!(wire.take_output().ends_with(b"abcabcabc"));
}

/// What was read together with the end of a body must fit where the next head is read.
#[test]
fn requests_behind_a_body_in_chunks_are_answered_however_many_came_with_its_end() {
    for path in ["/body", "/pieces", "/ignore"] {
        let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
        let next = "GET /b HTTP/1.1\r\nHost: x\r\n\r\n".repeat(40);
        let rest = format!("3\r\nabc\r\n0\r\n\r\n{next}");
        let got = answer_to(Memory::new([head.as_bytes(), rest.as_bytes()]), small());
        assert_eq!(got.matches("HTTP/1.1 200 OK").count(), 41, "{path}: {got}");
    }
}
