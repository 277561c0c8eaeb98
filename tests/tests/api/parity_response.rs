//! Rows 27 to 37 of the feature list: what a handler makes of a response.
//!
//! Event streams over real sockets are in `server/parity_events.rs`, answers without allocations in
//! `allocations.rs`.

use std::cell::RefCell;
use std::io::{self, IoSlice, Write};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use httpz::prelude::*;
use httpz::sse::{Channel, Event, Subscription};
use httpz::testing::{Client, Reply};
use httpz_core::conn::{Common, Conn};
use httpz_core::exchange::Pool;
use httpz_core::message::Ambient;
use httpz_core::testing::Loopback;
use httpz_core::wire::{Wait, Wire};

/// What a client gets of this handler.
fn answer<O: Respond + 'static>(
    say: impl Fn(&Request, &mut Response) -> O + Send + Sync + 'static,
) -> Reply {
    Client::new(App::new((), |r| r.get("/", say))).get("/")
}

/// An app with one async handler, and what a client gets of it.
fn later<O: Respond + 'static>(
    say: impl AsyncFn(&Request, &mut Response) -> O + Send + Sync + 'static,
) -> Client {
    Client::new(App::new((), |r| r.get("/", say)))
}

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";

#[test]
fn row_27_the_status_is_200_unless_set_and_may_be_one_nobody_knows() {
    answer(|_, _| ()).status(200);
    for code in [200, 201, 299, 404, 418, 599, 799, 999] {
        answer(move |_, res| _ = res.status(code)).status(code);
    }
    // Interim answers, two digits and four are no status of an answer.
    for code in [0, 99, 100, 199, 1000] {
        answer(move |_, res| _ = res.status(code)).status(500);
    }
}

#[test]
fn row_28_content_types_are_an_enum_with_the_usual_ones() {
    for kind in ContentType::ALL {
        answer(move |_, res| _ = res.content_type(*kind).bytes(b"x"))
            .header("content-type", kind.as_str());
    }
    for (extension, expected) in [
        ("html", Some("text/html; charset=utf-8")),
        ("JSON", Some("application/json")),
        ("png", Some("image/png")),
        ("unheard-of", None),
    ] {
        let found = ContentType::from_extension(extension).map(ContentType::as_str);
        assert_eq!(found, expected, "{extension}");
    }
}

#[test]
fn row_29_the_body_is_static_owned_shared_or_of_the_arena() {
    let owned = || "x".repeat(100_000);
    answer(|_, res| _ = res.body("static")).text("static");
    answer(|_, res| _ = res.body(b"static too")).text("static too");
    answer(move |_, res| _ = res.body(owned())).text(&owned());
    answer(move |_, res| _ = res.body(owned().into_bytes())).text(&owned());
    answer(move |_, res| _ = res.body(bytes::Bytes::from(owned()))).text(&owned());
    answer(|req, res| _ = res.body(req.arena().slice(b"of the arena"))).text("of the arena");
    answer(|req, res| _ = res.body(req.arena().str("so is text"))).text("so is text");
    // The last one counts.
    answer(|_, res| _ = res.body("one").text("two").body("three")).text("three");
}

/// A wire that asks once, and remembers where what is written stands.
struct Places {
    asked: RefCell<bool>,
    written: RefCell<Vec<(*const u8, usize)>>,
}

impl Wire for Places {
    fn poll_read(&self, _: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        if self.asked.replace(true) {
            return Poll::Ready(Ok(0));
        }
        buf[..GET.len()].copy_from_slice(GET);
        Poll::Ready(Ok(GET.len()))
    }

    fn poll_readable(&self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_write(&self, _: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        self.written.borrow_mut().extend(bufs.iter().map(|buf| (buf.as_ptr(), buf.len())));
        Poll::Ready(Ok(bufs.iter().map(|buf| buf.len()).sum()))
    }

    fn poll_gone(&self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }

    fn shutdown(&self) {}

    fn wait(&self, _: Wait) {}

    fn waiting(&self) -> Wait {
        Wait::KeepAlive
    }

    fn poll_late(&self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }

    fn peer_addr(&self) -> Option<std::net::SocketAddr> {
        None
    }
}

#[test]
fn row_29_large_bytes_leave_by_one_vectored_write_and_are_never_copied() {
    static STATIC: [u8; 50_000] = [b'x'; 50_000];
    let shared = bytes::Bytes::from(vec![b'y'; 100_000]);
    let clone = shared.clone();
    for (place, app) in [
        (
            (shared.as_ptr(), shared.len()),
            App::new((), move |r| {
                r.get("/", move |_: &Request, res: &mut Response| _ = res.body(clone.clone()))
            }),
        ),
        (
            (STATIC.as_ptr(), STATIC.len()),
            App::new((), |r| r.get("/", |_: &Request, res: &mut Response| _ = res.body(&STATIC))),
        ),
    ] {
        let config = Config::default();
        let ambient = Rc::new(Ambient::new(0));
        let limits = Rc::new(config.limits());
        let pool = Pool::new(config.pool_share(), config.sizes(), limits, ambient.clone());
        let service = Arc::new(app.build().unwrap());
        let common = Rc::new(Common { service, pool, ambient, max_requests: 0 });
        let wire = Rc::new(Places { asked: RefCell::default(), written: RefCell::default() });
        let mut serving = std::pin::pin!(Conn::new(wire.clone(), common).serve());
        let mut cx = Context::from_waker(std::task::Waker::noop());
        assert!(serving.as_mut().poll(&mut cx).is_ready());
        let written = wire.written.borrow();
        let [head, body] = written[..] else { panic!("head and body: {written:?}") };
        assert!(head.1 < 300, "the head alone stands before it");
        assert_eq!(body, place, "the bytes that left are those that were given");
    }
}

#[test]
fn row_30_dynamic_text_may_stand_in_the_arena_of_either() {
    fn by_the_request(req: &Request, res: &mut Response) {
        let name = req.param("name").unwrap_or("you");
        res.body(req.arena().format(format_args!("Hello {name}")));
    }
    fn by_the_response(name: &str, res: &mut Response) {
        let arena = res.arena();
        let text = arena.format(format_args!("Hello {name}"));
        // The response is free while its arena lends.
        res.status(201).header("X-Length", text.len().to_string()).body(text);
    }
    async fn by_and_by(_: &Request, res: &mut Response) -> Result {
        let arena = res.arena();
        let pieces = ["one, ", "two"].map(|piece| &*arena.str(piece));
        for piece in pieces {
            res.chunk(piece).await?;
        }
        Ok(())
    }
    let app = App::new((), |r| {
        r.get("/req/:name", by_the_request)
            .get("/res/:name", |req: &Request, res: &mut Response| {
                by_the_response(req.param("name").unwrap_or("you"), res);
            })
            .get("/slow", by_and_by)
    });
    let client = Client::new(app);
    client.get("/req/teg").text("Hello teg");
    client.get("/res/teg").status(201).header("x-length", "9").text("Hello teg");
    client.get("/slow").text("one, two");
}

#[test]
fn row_30_the_arena_of_the_response_is_that_of_the_request() {
    answer(|req, res| assert!(std::ptr::eq(req.arena(), &*res.arena())));
}

#[test]
fn row_31_json_sets_its_type_and_grows_beyond_the_buffer() {
    let reply = answer(|_, res| res.json(&json!({ "over": 9000 })));
    reply.header("content-type", "application/json").text(r#"{"over":9000}"#);
    let reply = answer(|_, res| res.json_pretty(&json!({ "over": 9000 })));
    reply.header("content-type", "application/json").text("{\n  \"over\": 9000\n}");
    let many: Vec<u32> = (0..50_000).collect();
    let expected = json!(many);
    answer(move |_, res| res.json(&many)).header("content-length", "288891").json(expected);
}

#[test]
fn row_32_dynamic_text_is_written_into_the_body() {
    fn hits(_: &Request, res: &mut Response) -> Result {
        res.content_type(ContentType::Text);
        write!(res.writer(), "{} hits, ", 1)?;
        write!(res.writer(), "{:.2} seconds", 0.5)?;
        Ok(())
    }
    answer(hits).header("content-type", "text/plain; charset=utf-8").text("1 hits, 0.50 seconds");
}

#[test]
fn row_33_chunks_send_the_head_first_and_end_by_themselves() {
    let client = later(async |_, res: &mut Response| -> Result {
        res.status(201).header("x-kind", "slow").content_type(ContentType::Text);
        for n in 0..3 {
            res.chunk(format!("{n},")).await?;
        }
        res.chunk(Vec::new()).await
    });
    let reply = client.get("/").status(201).header("x-kind", "slow");
    reply.header("transfer-encoding", "chunked").no_header("content-length").text("0,1,2,");
}

#[test]
fn row_33_a_peer_of_http_1_0_gets_a_body_that_ends_with_the_connection() {
    let app = App::new((), |r| {
        r.get("/", async |_: &Request, res: &mut Response| -> Result {
            res.chunk("one ").await?;
            res.chunk("two").await
        })
    });
    let loopback = Loopback::new(app.build().unwrap(), &Config::default());
    let answer = loopback.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.contains("Connection: close\r\n"), "{answer}");
    assert!(!answer.contains("Transfer-Encoding"), "{answer}");
    assert!(answer.ends_with("\r\n\r\none two"), "{answer}");
}

#[test]
fn row_33_after_the_first_chunk_the_head_cannot_be_changed() {
    let app = App::new((), |r| {
        r.get("/", async |_: &Request, res: &mut Response| -> Result {
            res.chunk("one").await?;
            res.status(404).header("x-late", "1");
            let error = res.chunk("two").await.expect_err("the head has been sent");
            assert!(error.chain().to_string().contains("after it had been sent"));
            Err(error)
        })
    });
    let loopback = Loopback::new(app.build().unwrap(), &Config::default());
    let answer = String::from_utf8(loopback.send(GET)).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(!answer.contains("x-late") && !answer.contains("two"), "{answer}");
    // Cut, so that nobody takes the part for the whole.
    assert!(answer.ends_with("3\r\none\r\n"), "{answer}");
}

/// The original asks that it is not done; here it was dropped without a word.
#[test]
fn row_33_a_body_that_a_stream_would_drop_is_refused() {
    let app = App::new((), |r| {
        r.get("/chunks", async |_: &Request, res: &mut Response| -> Result {
            write!(res.writer(), "one, ")?;
            let error = res.chunk("two").await.expect_err("the first would be lost");
            assert!(error.chain().to_string().contains("send it as the first piece"));
            Err(error)
        })
        .get("/events", async |_: &Request, res: &mut Response| -> Result {
            res.body("one");
            res.events().await?.send(&Event::new("two")).await
        })
        .get("/anew", async |_: &Request, res: &mut Response| -> Result {
            res.text("one").clear();
            res.chunk("two").await
        })
    });
    let client = Client::new(app);
    client.get("/chunks").status(500).no_header("transfer-encoding");
    client.get("/events").status(500).no_header("cache-control");
    client.get("/anew").status(200).text("two");
}

#[test]
fn row_33_a_handler_goes_no_faster_than_its_peer_takes() {
    struct Count(Arc<AtomicUsize>);
    async fn pour(count: &Count, _: &Request, res: &mut Response) -> Result {
        let piece = [b'x'; 16 * 1024];
        for _ in 0..100 {
            res.chunk(piece).await?;
            count.0.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
    let said = Arc::<AtomicUsize>::default();
    let app = App::new(Count(said.clone()), |r| r.get("/", pour));
    let loopback = Loopback::new(app.build().unwrap(), &Config::default());
    let mut dialog = loopback.open();
    dialog.send(GET);
    let mut heard = 0;
    for _ in 0..30 {
        heard += dialog.listen().len();
        // What has left, what the wire holds, and the piece in hand.
        let said = said.load(Ordering::Relaxed) * 16 * 1024;
        assert!(said <= heard + 2 * 64 * 1024, "{said} bytes said, {heard} heard");
        if heard > 100 * 16 * 1024 {
            return;
        }
    }
    panic!("only {heard} bytes were heard");
}

#[test]
fn row_34_the_writer_is_one_of_the_standard_library() {
    let csv = |_: &Request, res: &mut Response| -> Result {
        let mut out = res.writer();
        out.write_all(b"a,b\n")?;
        io::copy(&mut &b"1,2\n"[..], &mut out)?;
        out.flush()?;
        std::fmt::Write::write_str(&mut out, "3,4\n")?;
        serde_json::to_writer(&mut out, &[5, 6])?;
        Ok(())
    };
    answer(csv).text("a,b\n1,2\n3,4\n[5,6]");
}

#[test]
fn row_35_headers_are_added_or_replaced_and_validated() {
    let reply = answer(|_, res| {
        res.header("Link", "</a>").header("Link", "</b>").header("X-Casing", "AsIs");
        res.header("Location", "/a").set_header("location", "/b");
        res.header("gone", "1").remove_header("GONE");
    });
    assert_eq!(reply.find_headers("link").collect::<Vec<_>>(), ["</a>", "</b>"]);
    let reply = reply.header("x-casing", "AsIs").no_header("gone");
    assert_eq!(reply.find_headers("location").collect::<Vec<_>>(), ["/b"]);
    for (name, value) in [
        ("a", "b\r\nc: d"),
        ("a", "b\nc"),
        ("a", "b\0"),
        ("a b", "c"),
        ("a:", "c"),
        ("", "c"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "keep-alive"),
    ] {
        let reply = answer(move |_, res| _ = res.header(name, value)).status(500);
        reply.no_header("c").text("Internal Server Error");
    }
}

/// What `written` says is told to the test: a handler that panics after its answer changes nothing of it.
#[test]
fn row_36_an_answer_can_be_written_early_and_is_written_once() {
    let said = Arc::<Mutex<Vec<bool>>>::default();
    let says = said.clone();
    let client = later(async move |_, res: &mut Response| -> Result {
        let note = |res: &Response| says.lock().unwrap().push(res.written());
        res.status(202).text("early");
        note(res);
        res.write().await?;
        note(res);
        // Both do nothing.
        res.write().await?;
        res.write().await?;
        note(res);
        Ok(())
    });
    for _ in 0..2 {
        client.get("/").status(202).text("early");
        assert_eq!(std::mem::take(&mut *said.lock().unwrap()), [false, true, true]);
    }
    // On the wire before the handler is done.
    let app = App::new((), |r| {
        r.get("/", async |_: &Request, res: &mut Response| -> Result {
            res.text("early").write().await?;
            std::future::pending().await
        })
    });
    let mut dialog = Loopback::new(app.build().unwrap(), &Config::default()).open();
    dialog.send(GET);
    assert!(dialog.listen().ends_with(b"early"));
    assert!(!dialog.is_over());
}

#[test]
fn row_36_an_answer_can_be_said_to_be_written() {
    let written = Arc::<AtomicUsize>::default();
    let counts = written.clone();
    let app = App::new((), |r| {
        r.get("/", move |_: &Request, res: &mut Response| {
            res.text("never").mark_written();
            counts.fetch_add(usize::from(res.written()), Ordering::Relaxed);
        })
    });
    let loopback = Loopback::new(app.build().unwrap(), &Config::default());
    assert_eq!(loopback.send(&GET.repeat(2)), b"", "nothing is sent, and the connection ends");
    assert_eq!(written.load(Ordering::Relaxed), 1);
}

#[test]
fn row_37_events_have_data_ids_names_retry_times_and_comments() {
    let client = later(async |_, res: &mut Response| -> Result {
        res.header("Custom-Header", "Custom-Value");
        let mut events = res.events().await?;
        events.send(&Event::new("two\nlines")).await?;
        events.send(&Event::json(&json!({ "n": 1 }))?.id(7).name("tick")).await?;
        events.send(&Event::retry_after(Duration::from_secs(3))).await?;
        events.send(&Event::comment("hello")).await?;
        let forged = events.send(&Event::new("x").id("1\ndata: forged")).await;
        assert_eq!(forged.expect_err("it would forge a line").code(), 500);
        Ok(())
    });
    client
        .get("/")
        .status(200)
        .header("content-type", "text/event-stream")
        .header("cache-control", "no-cache")
        .header("custom-header", "Custom-Value")
        .text(
            "data: two\ndata: lines\n\ndata: {\"n\":1}\nid: 7\nevent: tick\n\nretry: 3000\n\n: hello\n\n",
        );
}

#[test]
fn row_37_a_client_that_comes_again_is_told_what_it_missed() {
    struct Board(Channel);
    fn live(board: &Board, req: &Request, _: &mut Response) -> Subscription {
        board.0.subscribe_after(req.last_event_id())
    }
    let channel = Channel::new(3);
    for n in 0..5 {
        channel.publish(Event::new(n.to_string()).id(n));
    }
    channel.close();
    let client = Client::new(App::new(Board(channel), |r| r.get("/", live)));
    let get = |id| client.request(Method::Get, "/").header("last-event-id", id).send();
    get("3").text("data: 4\nid: 4\n\n");
    get("4").text("");
    // What has left the ring is told as far as it goes back.
    get("0").text("data: 2\nid: 2\n\ndata: 3\nid: 3\n\ndata: 4\nid: 4\n\n");
    client.get("/").text("");
}

#[test]
fn row_37_the_sync_and_the_queued_form_say_the_same() {
    fn queue() -> Subscription {
        let channel = Channel::new(8);
        let subscription = channel.subscribe();
        (0..3).for_each(|n| channel.publish(Event::new(n.to_string())));
        subscription
    }
    let app = App::new((), |r| {
        r.get("/queued", |_: &Request, res: &mut Response| {
            res.status(203).header("x-custom", "1");
            queue()
        })
        .get("/within", async |_: &Request, res: &mut Response| -> Result {
            res.status(203).header("x-custom", "1");
            res.events().await?.forward(queue()).await
        })
    });
    let client = Client::new(app);
    for path in ["/queued", "/within"] {
        let reply = client.get(path).status(203).header("x-custom", "1");
        reply.header("content-type", "text/event-stream").text("data: 0\n\ndata: 1\n\ndata: 2\n\n");
        client.head(path).status(203).header("content-type", "text/event-stream");
    }
}
