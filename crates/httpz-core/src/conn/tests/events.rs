//! Event streams: what is sent, what ends them, and what they do while nothing happens.

use std::collections::VecDeque;

use super::*;
use crate::message::{Event, Feed};

thread_local! {
    /// What the feeds of this test have to give; `None` ends them.
    static GIVEN: RefCell<VecDeque<Option<Event>>> = const { RefCell::new(VecDeque::new()) };
}

/// Gives what the test puts in.
struct Given;

impl Feed for Given {
    fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<Option<Arc<Event>>> {
        match GIVEN.with_borrow_mut(VecDeque::pop_front) {
            Some(event) => Poll::Ready(event.map(Arc::new)),
            None => Poll::Pending,
        }
    }
}

fn give(event: Option<Event>) {
    GIVEN.with_borrow_mut(|given| given.push_back(event));
}

/// The streams that these tests ask for.
pub(super) fn answer<'a>(req: &'a Request, res: &'a mut Response) -> Flow<'a> {
    match req.path() {
        "/events/sync" => {
            res.header("x-custom", "1").forward(Given);
            Flow::Done(Ok(()))
        }
        "/events/refused" => {
            res.forward(Given);
            Flow::Done(Err(Error::status(403, "no")))
        }
        "/events/panic" => {
            struct Panics;
            impl Feed for Panics {
                fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<Option<Arc<Event>>> {
                    panic!("on purpose, in a feed")
                }
            }
            res.forward(Panics);
            Flow::Done(Ok(()))
        }
        _ => Flow::later(async {
            res.header("x-custom", "1");
            let mut events = res.events().await?;
            events.forward(Given).await
        }),
    }
}

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nx-custom: 1\r\n\
                    Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n";

fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")
}

/// A stream that has begun.
struct Stream {
    wire: Rc<Memory>,
    common: Rc<Common<Echo>>,
    serving: std::pin::Pin<Box<dyn Future<Output = ()>>>,
}

impl Stream {
    fn of(path: &str, behind: &str) -> Self {
        Self::over(Memory::open([get(path) + behind]))
    }

    fn over(wire: Memory) -> Self {
        GIVEN.with_borrow_mut(VecDeque::clear);
        let (wire, common) = (Rc::new(wire), common(1, small()));
        let serving = Box::pin(Conn::new(wire.clone(), common.clone()).serve());
        Self { wire, common, serving }
    }

    /// What is sent until nothing more can be done; and whether the connection has ended.
    fn go_on(&mut self) -> (String, bool) {
        let over = self.serving.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
        (String::from_utf8(self.wire.take_output()).unwrap().replace(DATE, ""), over)
    }
}

#[test]
fn events_leave_one_by_one_and_the_next_request_is_answered_behind_the_last() {
    for path in ["/events/async", "/events/sync"] {
        let mut stream = Stream::of(path, "GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(stream.go_on(), (HEAD.into(), false), "{path}");
        give(Some(Event::new("tea").id(7)));
        assert_eq!(stream.go_on(), (chunk("data: tea\nid: 7\n\n"), false), "{path}");
        assert_eq!(stream.go_on(), (String::new(), false), "{path}");
        give(Some(Event::new("last")));
        give(None);
        let end = chunk("data: last\n\n") + "0\r\n\r\n" + &ok("/b");
        assert_eq!(stream.go_on(), (end, false), "{path}");
        assert_eq!(stream.common.pool.leased(), 0, "{path}");
    }
}

/// Else as many requests as there were streams would be in flight at once.
#[test]
fn the_request_behind_a_stream_queues_for_an_exchange_as_any_other() {
    for path in ["/events/async", "/events/sync"] {
        let mut stream = Stream::of(path, "GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
        stream.go_on();
        let held = hold(&stream.common);
        give(None);
        assert_eq!(stream.go_on(), ("0\r\n\r\n".into(), false), "{path}");
        assert_eq!((stream.common.pool.leased(), stream.wire.waiting()), (1, Wait::Exchange));
        drop(held);
        assert_eq!(stream.go_on(), (ok("/b"), false), "{path}");
    }
}

#[test]
fn a_stream_that_has_nothing_to_say_pings() {
    for path in ["/events/async", "/events/sync"] {
        let mut stream = Stream::of(path, "");
        stream.go_on();
        for _ in 0..3 {
            assert_eq!(stream.wire.waiting(), Wait::Ping, "{path}");
            stream.wire.lapse();
            assert_eq!(stream.go_on(), (chunk(":\n\n"), false), "{path}");
        }
    }
}

#[test]
fn a_stream_ends_in_good_order_when_the_server_leaves() {
    for path in ["/events/async", "/events/sync"] {
        let mut stream = Stream::of(path, "");
        stream.go_on();
        stream.common.ambient.enter(Phase::Leaving);
        // The drain makes the wait for a ping late.
        stream.wire.lapse();
        assert_eq!(stream.go_on(), ("0\r\n\r\n".into(), false), "{path}");
        // The peer may be sending a request by now; it is listened to for a while.
        assert!(stream.wire.is_shut() && stream.wire.waiting() == Wait::Linger, "{path}");
    }
}

#[test]
fn a_stream_ends_when_its_peer_leaves() {
    for path in ["/events/async", "/events/sync"] {
        let mut stream = Stream::of(path, "");
        stream.go_on();
        stream.wire.end();
        assert_eq!(stream.go_on(), ("0\r\n\r\n".into(), true), "{path}");
        assert_eq!(stream.common.pool.leased(), 0, "{path}");
    }
}

#[test]
fn a_stream_takes_no_more_from_its_feed_than_the_peer_takes() {
    for path in ["/events/async", "/events/sync"] {
        let mut stream = Stream::over(Memory::open([get(path)]).with_window(1000));
        (0..50).for_each(|_| give(Some(Event::new("x".repeat(400)))));
        let mut taken = 0;
        while GIVEN.with_borrow(VecDeque::len) > 0 {
            let before = GIVEN.with_borrow(VecDeque::len);
            let (sent, _) = stream.go_on();
            taken += sent.len();
            assert!(before - GIVEN.with_borrow(VecDeque::len) <= 4, "{path}");
            assert!(sent.len() <= 1500, "{path}: {} bytes", sent.len());
        }
        assert!(taken > 45 * 400, "{path}");
    }
}

#[test]
fn what_ends_a_stream_before_it_begins_is_told() {
    let kept = refused("403 Forbidden", "no").replace("Connection: close\r\n", "");
    assert_eq!(answer_to(Memory::new([get("/events/refused")]), small()), kept);
}

#[test]
fn a_panic_in_a_feed_never_looks_like_the_end_of_the_stream() {
    let got = answer_to(Memory::new([get("/events/panic")]), small());
    assert_eq!(got, HEAD.replace("x-custom: 1\r\n", ""));
}

#[test]
fn a_head_request_gets_the_head_of_a_stream() {
    for path in ["/events/async", "/events/sync"] {
        let input = format!("HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(answer_to(Memory::new([input]), small()), HEAD, "{path}");
    }
}

#[test]
fn a_stream_to_http_1_0_ends_with_its_connection() {
    GIVEN.with_borrow_mut(VecDeque::clear);
    give(Some(Event::new("old")));
    give(None);
    let got = answer_to(Memory::new(["GET /events/sync HTTP/1.0\r\n\r\n"]), small());
    assert!(
        got.contains("Connection: close\r\n") && got.ends_with("\r\n\r\ndata: old\n\n"),
        "{got}"
    );
}
