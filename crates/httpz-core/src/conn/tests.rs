//! Whole connections over a wire in memory: bytes in, bytes out, however they are cut.
//!
//! Here are the service that is asked, the tools, and how connections live and end; the rest has files
//! beneath.

mod bodies;
mod coded;
mod cuts;
mod events;
mod leases;
mod refusals;
mod streams;

use std::cell::{Cell, RefCell};
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
            path if path.starts_with("/coded/") => coded::answer(req, res),
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
            "/one-chunk" => Flow::later(async {
                res.chunk("one ").await?;
                std::future::pending().await
            }),
            "/stall" => Flow::later(async {
                res.chunk("one ").await?;
                let mut waited = false;
                poll_fn(|_| match std::mem::replace(&mut waited, true) {
                    true => Poll::Ready(()),
                    false => Poll::Pending,
                })
                .await;
                res.chunk("two ").await?;
                std::future::pending().await
            }),
            "/sync-insists" => {
                res.must_finish().text("ok");
                Flow::Done(Ok(()))
            }
            "/never" => Flow::later(std::future::pending()),
            "/insists" => Flow::later(async {
                res.must_finish().chunk("one ").await?;
                let mut polled = 0;
                poll_fn(|_| {
                    polled += 1;
                    if polled > 3 { Poll::Ready(()) } else { Poll::Pending }
                })
                .await;
                FINISHED.set(true);
                Ok(())
            }),
            "/closed" => Flow::later(async {
                res.closed().await;
                res.text("closed");
                Ok(())
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
            "/cut/empty" => Flow::later(async {
                res.chunk("").await?;
                Err(Error::status(500, "no more"))
            }),
            "/close" => {
                res.close().text("bye");
                Flow::Done(Ok(()))
            }
            "/fail-417" => Flow::Done(Err(Error::status(417, "which `refuse` panics at"))),
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

    fn refuse(&self, req: &Request, res: &mut Response, error: Error) {
        assert_ne!(error.code(), 417, "on purpose, while an error is shaped");
        REFUSED.set(format!("{:?} {:?}", req.method(), req.version()));
        res.status(error.code()).text(error.message());
    }
}

thread_local! {
    /// Has a handler run to its end?
    static FINISHED: Cell<bool> = const { Cell::new(false) };
    /// What is known of the request that was refused last.
    static REFUSED: RefCell<String> = const { RefCell::new(String::new()) };
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
        ("POST /a HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc", true),
        // Its body, which is none, may still be on its way.
        ("POST /a HTTP/1.0\r\n\r\n", false),
    ] {
        let wire = Rc::new(Memory::open([request]));
        assert_eq!(run(&wire, &common(1, small())), ends, "{request:?}");
        assert!(ends || (wire.is_shut() && wire.waiting() == Wait::Linger), "{request:?}");
    }
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
