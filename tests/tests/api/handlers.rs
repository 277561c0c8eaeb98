//! Which functions can answer, and that each does.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use httpz::prelude::*;
use httpz::testing::Client;

#[derive(Default)]
struct Counter {
    hits: AtomicU64,
}

impl Counter {
    fn increment(&self, _: &Request, res: &mut Response) -> Result {
        res.json(&json!({ "hits": self.hits.fetch_add(1, Ordering::Relaxed) + 1 }))
    }

    async fn increment_slowly(&self, _: &Request, res: &mut Response) -> Result {
        let hits = self.hits.fetch_add(10, Ordering::Relaxed) + 10;
        res.chunk("by ten: ").await?;
        res.chunk(hits.to_string()).await
    }
}

fn pong(_: &Request, _: &mut Response) -> &'static str {
    "pong"
}

async fn ping(_: &Request, res: &mut Response) -> Result {
    res.chunk("ping").await
}

/// What is held across an await need not be `Send`: a request stays on its thread.
async fn keeps_an_rc(_: &Request, res: &mut Response) -> Result {
    let count = Rc::new(RefCell::new(41));
    res.chunk("one ").await?;
    *count.borrow_mut() += 1;
    let text = count.borrow().to_string();
    res.chunk(text).await
}

#[test]
fn functions_answer_sync_and_async() {
    let client = Client::new(App::new((), |r| {
        r.get("/pong", pong).get("/ping", ping).get("/rc", keeps_an_rc)
    }));
    client.get("/pong").status(200).text("pong");
    client.get("/ping").status(200).text("ping");
    client.get("/rc").text("one 42");
}

#[test]
fn closures_answer_and_may_capture() {
    let greeting = String::from("hi");
    let client = Client::new(App::new((), |r| {
        r.get("/sync", |_: &Request, res: &mut Response| {
            res.status(202);
            "sync closure"
        })
        .get("/async", async |_: &Request, res: &mut Response| {
            res.chunk("async ").await?;
            Ok::<_, Error>(())
        })
        .get("/captures", move |_: &Request, _: &mut Response| greeting.clone())
    }));
    client.get("/sync").status(202).text("sync closure");
    client.get("/async").status(200).text("async ");
    client.get("/captures").text("hi");
}

#[test]
fn closures_without_types_answer_when_they_are_wrapped() {
    let client = Client::new(App::new((), |r| {
        r.get("/sync", handler(|req, _| req.path().len().to_string())).put(
            "/async",
            async_handler(async |_, res| {
                res.chunk("bit by ").await?;
                res.chunk("bit").await
            }),
        )
    }));
    client.get("/sync").text("5");
    client.put("/async", json!(1)).text("bit by bit");
}

#[test]
fn methods_of_the_global_answer() {
    let client = Client::new(App::new(Counter::default(), |r| {
        r.post("/increment", Counter::increment).post("/slowly", Counter::increment_slowly).get(
            "/peek",
            |counter: &Counter, _: &Request, _: &mut Response| {
                counter.hits.load(Ordering::Relaxed).to_string()
            },
        )
    }));
    client.post("/increment", json!(null)).json(json!({ "hits": 1 }));
    client.post("/increment", json!(null)).json(json!({ "hits": 2 }));
    client.post("/slowly", json!(null)).text("by ten: 12");
    client.get("/peek").text("12");
}

#[test]
fn every_verb_has_its_route() {
    let purge = Method::from_bytes(b"PURGE").unwrap();
    let echo = handler(|req, _| req.method().to_string());
    let app = App::new((), |r| {
        r.get("/", echo)
            .head("/head", echo)
            .post("/", echo)
            .put("/", echo)
            .patch("/", echo)
            .delete("/", echo)
            .options("/", echo)
            .trace("/", echo)
            .query("/", echo)
            .connect("/", |_: &Request, res: &mut Response| _ = res.status(403).text("no tunnel"))
            .on(purge, "/", echo)
            .all("/all", echo)
    });
    let client = Client::new(app);
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "PURGE"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        client.request(method, "/").send().status(200).text(method.as_str());
        client.request(method, "/all").send().status(200).text(method.as_str());
    }
    client.request(Method::Connect, "example.org:443").send().status(403).text("no tunnel");
    client.head("/head").status(200).text("");
    client.head("/all").status(200).header("content-length", "4").text("");
}

#[test]
fn a_handler_of_all_methods_opens_no_tunnel() {
    let client = Client::new(App::new((), |r| r.all("/", handler(|_, _| "open"))));
    client.get("/").status(200);
    client.request(Method::Connect, "example.org:443").send().status(500);
}

#[test]
fn a_body_is_there_before_a_sync_handler_runs() {
    let echo = handler(|req, _| req.body().unwrap_or(b"none").to_vec());
    let client = Client::new(App::new((), |r| r.post("/", echo)));
    client.request(Method::Post, "/").send().text("none");
    client.request(Method::Post, "/").body("hello").send().text("hello");
    // Larger than the buffer of the head, so it is read when it is asked for.
    let long = "x".repeat(200_000);
    client.request(Method::Post, "/").body(long.clone()).send().status(200).text(&long);
    let chunked = "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n3\nabc\n2\nde\n0\n\n";
    client.send(chunked.replace('\n', "\r\n").as_bytes()).text("abcde");
}
