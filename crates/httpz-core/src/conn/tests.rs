//! Whole connections over a wire in memory: bytes in, bytes out, however they are cut.

mod bodies;
mod events;

use std::io::Write;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::error::Error;
use crate::exchange::PoolLimits;
use crate::memory::Sizes;
use crate::message::{Phase, Request, Response};
use crate::proto::Limits;
use crate::service::Flow;
use crate::wire::Memory;

/// Says what it was asked, in the ways that the connection distinguishes.
struct Echo;

impl Service for Echo {
    fn call<'a>(&'a self, req: &'a mut Request, res: &'a mut Response) -> Flow<'a> {
        let req: &Request = req;
        match req.path() {
            "/body" => Flow::later(async {
                req.read_body().await?;
                res.bytes(req.body().unwrap_or_default());
                Ok(())
            }),
            path if path.starts_with("/events/") => events::answer(req, res),
            "/pieces" => Flow::later(async {
                for piece in bodies::pieces(req).await? {
                    res.writer().write_all(&piece)?;
                }
                Ok(())
            }),
            "/first-piece" => Flow::later(async {
                let mut buf = Vec::new();
                poll_fn(|cx| req.poll_piece(cx, &mut buf).map_ok(drop)).await?;
                res.text("enough");
                Ok(())
            }),
            "/at-most-5" => Flow::later(async {
                req.limit_body(5);
                req.read_body().await?;
                res.bytes(req.body().unwrap_or_default());
                Ok(())
            }),
            "/at-most-100" => Flow::later(async {
                req.limit_body(5);
                req.limit_body(100);
                for piece in bodies::pieces(req).await? {
                    res.writer().write_all(&piece)?;
                }
                Ok(())
            }),
            "/ignore" => {
                res.text("ignored");
                Flow::Done(Ok(()))
            }
            "/chunks" => Flow::later(async {
                res.chunk("one ").await?;
                res.chunk("two").await
            }),
            "/slow-chunks" => Flow::later(async {
                res.chunk("one ").await?;
                let mut waited = false;
                poll_fn(|_| {
                    if std::mem::replace(&mut waited, true) {
                        Poll::Ready(())
                    } else {
                        Poll::Pending
                    }
                })
                .await;
                res.chunk("two").await
            }),
            "/large-chunks" => Flow::later(async {
                for letter in ["a", "b"] {
                    res.chunk(letter).await?;
                    res.chunk(letter.repeat(5000)).await?;
                }
                Ok(())
            }),
            "/early" => Flow::later(async {
                res.chunk("one ").await?;
                req.read_body().await?;
                res.chunk(req.body().unwrap_or_default()).await
            }),
            "/cut" => Flow::later(async {
                res.chunk("one").await?;
                Err(Error::status(500, "no more"))
            }),
            "/close" => {
                res.close().text("bye");
                Flow::Done(Ok(()))
            }
            "/fail" => Flow::Done(Err(Error::status(418, "teapot"))),
            "/panic" => panic!("on purpose"),
            "/later-panic" => Flow::later(async { panic!("on purpose, later") }),
            "/split" => {
                res.header("a", "b\r\nc: d");
                Flow::Done(Ok(()))
            }
            "/large" => {
                res.body(vec![b'x'; 100_000]);
                Flow::Done(Ok(()))
            }
            path => {
                res.text(path);
                Flow::Done(Ok(()))
            }
        }
    }

    fn refuse(&self, _: &Request, res: &mut Response, error: Error) {
        res.status(error.code()).text(error.message());
    }
}

fn common(max: usize, limits: Limits) -> Rc<Common<Echo>> {
    let ambient = Rc::new(Ambient::new(0));
    let sizes = Sizes { inbound: limits.head, ..Sizes::default() };
    Rc::new(Common {
        service: Arc::new(Echo),
        pool: Pool::new(PoolLimits { min: 0, max }, sizes, Rc::new(limits), ambient.clone()),
        ambient,
        max_requests: 0,
    })
}

fn hold(common: &Common<Echo>) -> Lease {
    let mut lease = Lease::of(common.pool.clone());
    assert!(lease.take());
    lease
}

fn small() -> Limits {
    Limits { head: 256, body: 64, ..Limits::default() }
}

/// Runs a connection until it ends or can do nothing more; tells whether it ended.
fn run(wire: &Rc<Memory>, common: &Rc<Common<Echo>>) -> bool {
    let mut serving = pin!(Conn::new(wire.clone(), common.clone()).serve());
    for _ in 0..100_000 {
        if serving.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
            return true;
        }
    }
    false
}

const DATE: &str = "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n";

fn answer_to(wire: Memory, limits: Limits) -> String {
    let wire = Rc::new(wire);
    let common = common(2, limits);
    assert!(run(&wire, &common), "the connection did not end");
    assert_eq!(common.pool.leased(), 0, "an exchange was not given back");
    String::from_utf8(wire.take_output()).unwrap().replace(DATE, "")
}

/// The answer, which must be the same for every way of cutting the input and for reluctant writes.
fn answer(input: &str) -> String {
    let bytes = input.as_bytes();
    let whole = answer_to(Memory::new([bytes]), small());
    for cut in 0..=bytes.len() {
        let (a, b) = bytes.split_at(cut);
        assert_eq!(answer_to(Memory::new([a, b]), small()), whole, "cut at {cut}: {input:?}");
    }
    assert_eq!(answer_to(Memory::new(bytes.chunks(1)), small()), whole, "byte by byte");
    assert_eq!(answer_to(Memory::new([bytes]).with_room(7), small()), whole, "7 bytes a write");
    whole
}

fn ok(body: &str) -> String {
    let n = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {n}\r\n\r\n{body}"
    )
}

fn bare(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

fn refused(status: &str, text: &str) -> String {
    let n = text.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\nContent-Length: {n}\r\n\r\n{text}"
    )
}

#[test]
fn answers_requests_in_order() {
    assert_eq!(answer(""), "");
    assert_eq!(answer("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"), ok("/a"));
    assert_eq!(
        answer("GET /a HTTP/1.1\r\nHost: x\r\n\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n"),
        ok("/a") + &ok("/b")
    );
}

#[test]
fn reads_bodies_however_they_are_framed() {
    for (input, expected) in [
        (
            "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\nHost: x\r\n\r\n",
            bare("abc") + &ok("/b"),
        ),
        (
            "POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n",
            bare("abcde") + &ok("/b"),
        ),
        ("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", bare("")),
    ] {
        assert_eq!(answer(input), expected, "{input:?}");
    }
}

#[test]
fn a_body_that_nobody_reads_is_not_the_next_request() {
    for body in [
        "Content-Length: 29\r\n\r\nGET /x HTTP/1.1\r\nHost: y\r\n\r\n ",
        "Transfer-Encoding: chunked\r\n\r\n3\r\nGET\r\n0\r\n\r\n",
    ] {
        let input =
            format!("POST /ignore HTTP/1.1\r\nHost: x\r\n{body}GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(answer(&input), ok("ignored") + &ok("/b"), "{input:?}");
    }
}

#[test]
fn refuses_and_closes_behind_sound_requests() {
    let sound = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
    for (input, status, text) in [
        ("GET /b HTTP/1.1\r\n\r\n", "400 Bad Request", "request has no Host"),
        (
            "GET /% HTTP/1.1\r\nHost: x\r\n\r\n",
            "400 Bad Request",
            "malformed percent-encoding in the request target",
        ),
        (
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "505 HTTP Version Not Supported",
            "only HTTP/1.0 and HTTP/1.1 are spoken here",
        ),
        (
            "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 65\r\n\r\n",
            "413 Content Too Large",
            "request body is too large",
        ),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            "501 Not Implemented",
            "the only transfer coding spoken here is a single chunked",
        ),
    ] {
        let behind = " HTTP/1.1\r\nHost: x\r\n\r\nGET /never HTTP/1.1\r\nHost: x\r\n\r\n";
        let input = format!("{sound}{input}{behind}");
        assert_eq!(answer(&input), ok("/a") + &refused(status, text), "{input:?}");
    }
}

#[test]
fn refuses_malformed_and_oversized_chunks_when_they_are_read() {
    for (body, status, text) in [
        ("3\r\nabcd\r\n0\r\n\r\n", "400 Bad Request", "malformed chunked body"),
        ("41\r\n", "413 Content Too Large", "request body is too large"),
    ] {
        let input =
            format!("POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
        assert_eq!(answer(&input), refused(status, text), "{body:?}");
    }
}

#[test]
fn a_body_that_is_cut_short_is_refused() {
    for input in [
        "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc",
        "POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
    ] {
        let expected = refused("400 Bad Request", "the request ended before it was whole");
        assert_eq!(answer(input), expected, "{input:?}");
    }
}

#[test]
fn heads_over_the_buffer_are_refused() {
    let long = "x".repeat(300);
    assert_eq!(
        answer(&format!("GET / HTTP/1.1\r\nHost: x\r\nA: {long}\r\n\r\n")),
        refused("431 Request Header Fields Too Large", "request head is too large")
    );
    assert_eq!(
        answer(&format!("GET /{long} HTTP/1.1\r\n")),
        refused("414 URI Too Long", "request target is too long")
    );
}

#[test]
fn keeps_alive_as_the_peer_wants_it() {
    let next = "GET /b HTTP/1.1\r\nHost: x\r\n\r\n";
    let close =
        |body: &str| ok(body).replace("Content-Length", "Connection: close\r\nContent-Length");
    let keep =
        |body: &str| ok(body).replace("Content-Length", "Connection: keep-alive\r\nContent-Length");
    for (head, expected) in [
        ("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", close("/a")),
        ("GET /a HTTP/1.0\r\n\r\n", close("/a")),
        ("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", keep("/a") + &ok("/b")),
    ] {
        assert_eq!(answer(&format!("{head}{next}")), expected, "{head:?}");
    }
}

#[test]
fn streams_in_chunks_or_until_the_end() {
    assert_eq!(
        answer("GET /chunks HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n"),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n"
            .to_owned()
            + &ok("/b")
    );
    assert_eq!(
        answer("GET /chunks HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\none two"
    );
}

#[test]
fn large_chunks_arrive_whole_and_in_their_place() {
    let chunks = |letter: &str| format!("1\r\n{letter}\r\n1388\r\n{}\r\n", letter.repeat(5000));
    assert_eq!(
        answer("GET /large-chunks HTTP/1.1\r\nHost: x\r\n\r\n"),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned()
            + &chunks("a")
            + &chunks("b")
            + "0\r\n\r\n"
    );
    let old = answer("GET /large-chunks HTTP/1.0\r\n\r\n");
    assert!(old.ends_with(&format!("a{}b{}", "a".repeat(5000), "b".repeat(5000))));
}

#[test]
fn closes_at_once_when_nothing_is_unread_and_our_side_first_otherwise() {
    for (input, shut) in [
        ("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false),
        ("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET /b", true),
        ("GET /a HTTP/1.1\r\n\r\nmore", true),
    ] {
        let wire = Rc::new(Memory::new([input]));
        assert!(run(&wire, &common(1, small())));
        assert_eq!(wire.is_shut(), shut, "{input:?}");
    }
}

#[test]
fn chunks_leave_together_until_the_handler_waits() {
    for (path, n_writes) in [("/large-chunks", 1), ("/slow-chunks", 2)] {
        let wire = Rc::new(Memory::new([format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")]));
        assert!(run(&wire, &common(1, small())));
        assert_eq!(wire.writes(), n_writes, "{path}");
    }
}

#[test]
fn an_error_in_the_middle_of_a_stream_never_looks_like_its_end() {
    assert_eq!(
        answer("GET /cut HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n"),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n"
    );
}

#[test]
fn a_tunnel_is_never_taken_for_one() {
    assert_eq!(
        answer("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n"),
        refused("500 Internal Server Error", "Internal Server Error")
    );
}

#[test]
fn head_gets_the_head_of_get() {
    for path in ["/a", "/chunks", "/large"] {
        let get = answer(&format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
        let head = answer(&format!("HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert_eq!(head, get[..get.find("\r\n\r\n").unwrap() + 4], "{path}");
    }
}

/// A review found it: the refusal of a HEAD had a body, which a proxy takes for the next answer.
#[test]
fn the_refusal_of_a_head_is_a_head() {
    for (input, status) in [
        ("HEAD /a HTTP/1.1\r\n\r\n", "400 Bad Request"),
        ("\r\nHEAD /a HTTP/1.1\r\n\r\n", "400 Bad Request"),
        ("HEAD /a HTTP/2.0\r\nHost: x\r\n\r\n", "505 HTTP Version Not Supported"),
    ] {
        let answer = answer(input);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{answer}");
        assert!(answer.ends_with("\r\n\r\n"), "{input:?}: {answer}");
    }
}

#[test]
fn errors_and_panics_end_one_request_only() {
    for (path, status, text) in [
        ("/fail", "418 I'm a teapot", "teapot"),
        ("/panic", "500 Internal Server Error", "Internal Server Error"),
        ("/later-panic", "500 Internal Server Error", "Internal Server Error"),
        ("/split", "500 Internal Server Error", "Internal Server Error"),
    ] {
        let input =
            format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
        let refused = refused(status, text).replace("Connection: close\r\n", "");
        assert_eq!(answer(&input), refused + &ok("/b"), "{path}");
    }
}

#[test]
fn continues_only_when_somebody_reads() {
    let head = |path: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
        )
    };
    let wire = Memory::new([head("/body").as_bytes(), b"abc"]);
    assert_eq!(answer_to(wire, small()), "HTTP/1.1 100 Continue\r\n\r\n".to_owned() + &bare("abc"));
    let wire = Memory::new([head("/ignore").as_bytes()]);
    let closes = ok("ignored").replace("Content-Length", "Connection: close\r\nContent-Length");
    assert_eq!(answer_to(wire, small()), closes);
}

/// Fuzzing found it: `100 Continue` was said in the middle of the body of the final answer.
#[test]
fn a_final_answer_takes_the_place_of_100_continue() {
    let head =
        "POST /early HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
    let next = "GET /b HTTP/1.1\r\nHost: x\r\n\r\n";
    assert_eq!(
        answer_to(Memory::new([head, "abc", next]), small()),
        "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none \r\n3\r\nabc\r\n0\r\n\r\n"
    );
}

/// A request that is under way when we close would be met with a reset, which can destroy the answer
/// before it (RFC 9112 §9.6).
#[test]
fn a_peer_that_did_not_mean_to_close_is_listened_to_for_a_while() {
    for (request, ends) in [
        ("GET /close HTTP/1.1\r\nHost: x\r\n\r\n", false),
        ("GET /close HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", true),
        ("GET /a HTTP/1.0\r\n\r\n", true),
    ] {
        let wire = Rc::new(Memory::open([request]));
        assert_eq!(run(&wire, &common(1, small())), ends, "{request:?}");
        assert!(ends || (wire.is_shut() && wire.waiting() == Wait::Linger), "{request:?}");
    }
}

#[test]
fn pipelined_answers_leave_in_one_write() {
    let input = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n".repeat(16);
    let limits = Limits { head: 4096, ..Limits::default() };
    let wire = Rc::new(Memory::new([input.as_bytes()]));
    assert!(run(&wire, &common(1, limits)));
    assert_eq!(wire.writes(), 1);
    assert_eq!(
        String::from_utf8(wire.take_output()).unwrap().replace(DATE, ""),
        ok("/a").repeat(16)
    );
}

#[test]
fn large_answers_leave_whole_in_a_pipeline() {
    let input = "GET /large HTTP/1.1\r\nHost: x\r\n\r\n".repeat(3);
    let answer = answer_to(Memory::new([input.as_bytes()]), small());
    assert_eq!(answer, bare(&"x".repeat(100_000)).repeat(3));
}

#[test]
fn an_idle_connection_holds_no_exchange() {
    let common = common(1, small());
    let wire = Rc::new(Memory::open(["GET /a HTTP/1.1\r\nHost: x\r\n\r\n"]));
    let mut serving = pin!(Conn::new(wire.clone(), common.clone()).serve());
    let cx = &mut Context::from_waker(Waker::noop());
    assert!(serving.as_mut().poll(cx).is_pending());
    assert_eq!((common.pool.leased(), wire.waiting()), (0, Wait::KeepAlive));
    wire.send(b"GET /b HT");
    assert!(serving.as_mut().poll(cx).is_pending());
    assert_eq!((common.pool.leased(), wire.waiting()), (0, Wait::Head));
    wire.send(b"TP/1.1\r\nHost: x\r\n\r\n");
    assert!(serving.as_mut().poll(cx).is_pending());
    assert_eq!(common.pool.leased(), 0);
    assert!(wire.take_output().ends_with(b"/b"));
}

#[test]
fn peers_that_drip_take_no_exchange_from_those_that_ask() {
    let common = common(1, small());
    let cx = &mut Context::from_waker(Waker::noop());
    let slow = Rc::new(Memory::open(["GET /slow HTTP/1.1\r\nHo"]));
    let mut dripping = pin!(Conn::new(slow.clone(), common.clone()).serve());
    assert!(dripping.as_mut().poll(cx).is_pending());
    let wire = Rc::new(Memory::new(["GET /a HTTP/1.1\r\nHost: x\r\n\r\n"]));
    assert!(run(&wire, &common));
    assert!(wire.take_output().ends_with(b"/a"));
    for byte in b"st: x\r\n\r\n" {
        slow.send(&[*byte]);
        assert!(dripping.as_mut().poll(cx).is_pending());
        assert_eq!(common.pool.leased(), 0);
    }
    assert!(slow.take_output().ends_with(b"/slow"));
}

#[test]
fn a_late_head_is_408_and_a_late_next_request_is_silence() {
    for (input, expected) in [
        ("", String::new()),
        ("GET / HT", refused("408 Request Timeout", "the request head took too long")),
        (
            "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc",
            refused("408 Request Timeout", "the request body took too long"),
        ),
    ] {
        let wire = Memory::open([input]);
        wire.expire();
        assert_eq!(answer_to(wire, small()), expected, "{input:?}");
    }
}

#[test]
fn without_an_exchange_a_request_waits_and_is_then_refused() {
    let common = common(1, small());
    let held = hold(&common);
    let input = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
    let wire = Rc::new(Memory::new([input]));
    let mut serving = Box::pin(Conn::new(wire.clone(), common.clone()).serve());
    let cx = &mut Context::from_waker(Waker::noop());
    assert_eq!((serving.as_mut().poll(cx), wire.waiting()), (Poll::Pending, Wait::Exchange));
    drop(held);
    assert!(serving.as_mut().poll(cx).is_ready());
    assert!(wire.take_output().ends_with(b"/a"));

    let _held = hold(&common);
    let wire = Rc::new(Memory::open([input]));
    wire.expire();
    assert!(run(&wire, &common));
    let output = String::from_utf8(wire.take_output()).unwrap();
    assert!(output.starts_with("HTTP/1.1 503 ") && output.contains("Retry-After: 1"), "{output}");
}

#[test]
fn a_dropped_connection_gives_its_exchange_back() {
    let common = common(1, small());
    let wire =
        Rc::new(Memory::open(["POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\na"]));
    let mut serving = Box::pin(Conn::new(wire.clone(), common.clone()).serve());
    let cx = &mut Context::from_waker(Waker::noop());
    assert!(serving.as_mut().poll(cx).is_pending());
    assert_eq!(common.pool.leased(), 1);
    drop(serving);
    assert_eq!((common.pool.leased(), Rc::strong_count(&wire)), (0, 1));
}

#[test]
fn a_drained_worker_says_close() {
    let common = common(1, small());
    common.ambient.enter(Phase::Leaving);
    let wire = Rc::new(Memory::new(["GET /a HTTP/1.1\r\nHost: x\r\n\r\n".repeat(2)]));
    assert!(run(&wire, &common));
    let output = String::from_utf8(wire.take_output()).unwrap();
    assert_eq!(output.matches("Connection: close").count(), 1, "{output}");
    assert_eq!(output.matches("HTTP/1.1 ").count(), 1, "{output}");
}

#[test]
fn what_an_idle_connection_costs_is_bounded() {
    let size = size_of_val(&Conn::new(Rc::new(Memory::default()), common(1, small())).serve());
    assert!(size <= 400, "the future of a connection has grown to {size} bytes");
}

/// Sound and unsound pieces of requests in random order: the answer never depends on the cuts, and
/// nothing panics.
#[test]
fn random_heads_and_bodies_are_read_alike_however_they_are_cut() {
    const PIECES: [&str; 30] = [
        "GET /a HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
        "POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\n\r\n",
        "GET /chunks HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /fail HTTP/1.1\r\nHost: x\r\n\r\n",
        "HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n",
        "3\r\nabc\r\n",
        "0\r\n\r\n",
        "0\r\nA: b\r\n\r\n",
        "GET ",
        "POST ",
        "/a",
        "/%41",
        " HTTP/1.1\r\n",
        " HTTP/1.0\r\n",
        " HTTP/2.0\r\n",
        "Host: x\r\n",
        "Content-Length: 4\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Connection: close\r\n",
        "Expect: 100-continue\r\n",
        "\r\n",
        "\n",
        "\r",
        " ",
        "x",
        "\0",
        "ffff\r\n",
        ": y\r\n",
    ];
    let mut seed = 0x2545_f491_4f6c_dd1du64;
    let mut random = |n: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 33) as usize % n
    };
    for _ in 0..3_000 {
        let input: String = (0..1 + random(8)).map(|_| PIECES[random(PIECES.len())]).collect();
        let bytes = input.as_bytes();
        let whole = answer_to(Memory::new([bytes]), small());
        assert_eq!(answer_to(Memory::new(bytes.chunks(1)), small()), whole, "{input:?}");
        let cut = random(bytes.len() + 1);
        let (a, b) = bytes.split_at(cut);
        assert_eq!(answer_to(Memory::new([a, b]), small()), whole, "cut at {cut}: {input:?}");
    }
}
#[test]
fn a_connection_that_waits_is_small() {
    let serving = Conn::new(Rc::new(Memory::new([""])), common(1, small())).serve();
    // What the runtime adds to a task makes 256 bytes of it; one word too many, and it takes 384.
    assert!(size_of_val(&serving) <= 144, "{} bytes", size_of_val(&serving));
}
