//! What stands behind features and around handlers: rates and ids.

use std::sync::{Arc, Mutex};

use httpz::ext::rate_limit::RateLimit;
use httpz::ext::request_id::{RequestId, RequestIds};
use httpz::prelude::*;
use httpz::testing::{Client, Exchange};
use httpz::{Ended, Observe};

#[test]
fn who_asks_too_often_is_told_by_on_error_before_its_body_is_read() {
    let app = App::new((), |r| {
        r.dispatch(RateLimit::per_minute(1))
            .post("/", handler(|req, _| req.body().map_or(0, <[u8]>::len).to_string()))
    })
    .on_error(|_, res, error| _ = res.json(&json!({ "error": error.message() })));
    let client = Client::new(app);
    client.post("/", "tea").status(200).text("5");
    let mut live = client
        .request(Method::Post, "/")
        .header("content-length", "5")
        .header("expect", "100-continue")
        .open();
    let reply = live.head();
    assert_eq!((reply.code(), reply.find_header("retry-after")), (429, Some("60")));
    let reply = client.post("/", "tea").status(429).header("retry-after", "60");
    reply.json(json!({ "error": "too many requests" }));
}

#[test]
fn one_limit_is_shared_by_the_routes_behind_it_and_by_its_clones() {
    let limit = RateLimit::per_minute(2);
    let app = App::new((), |r| {
        r.get("/free", handler(|_, _| "free"))
            .with(|r| {
                r.dispatch(limit.clone())
                    .get("/a", handler(|_, _| "a"))
                    .get("/b", async_handler(async |_, _| "b"))
            })
            .dispatch(limit)
            .get("/c", handler(|_, _| "c"))
    });
    let client = Client::new(app);
    client.get("/a").text("a");
    client.get("/b").text("b");
    for path in ["/a", "/b", "/c"] {
        client.get(path).status(429);
    }
    client.get("/free").text("free");
    client.delete("/a").status(405);
}

#[get("/id")]
fn id(id: RequestId<'_>) -> String {
    id.to_string()
}

#[derive(Clone, Default)]
struct Ids(Arc<Mutex<Vec<String>>>);

impl Observe for Ids {
    fn began(&self, req: &Request) {
        self.0.lock().unwrap().push(req.id().unwrap_or("none").to_owned());
    }

    fn ended(&self, ended: &Ended<'_>) {
        self.0.lock().unwrap().push(ended.req.id().unwrap_or("none").to_owned());
    }
}

#[test]
fn every_answer_tells_the_id_of_its_request() {
    let seen = Ids::default();
    let app = App::new((), |r| {
        r.mount(routes![id])
            .get("/fails", handler(|_, _| Err::<(), _>(Error::status(500, "no"))))
            .get("/panics", |_: &Request, _: &mut Response| -> &'static str {
                panic!("on purpose")
            })
            .get("/forges", handler(|_, res| _ = res.header("x-a", "a\nx-b: c")))
            .get("/clears", handler(|_, res| res.clear()))
            .get("/slow", async_handler(async |_, res| res.chunk("slow").await))
            .with(|r| {
                r.check(|_: &Shared<()>, _: &Request| -> Result { Err(Error::status(403, "no")) })
                    .get("/guarded", handler(|_, _| "never"))
            })
            .dispatch(RateLimit::per_minute(1))
            .get("/limited", handler(|_, _| "once"))
    })
    .request_ids(RequestIds::new())
    .before_routing(|req, _| match req.path() {
        "/refused" => Err(Error::status(403, "not here")),
        _ => Ok(()),
    })
    .observe(seen.clone());
    let client = Client::new(app).header("x-request-id", "a-client-said-so");
    let mut before = Vec::new();
    for (path, status) in [
        ("/id", 200),
        ("/nowhere", 404),
        ("/fails", 500),
        ("/panics", 500),
        ("/forges", 500),
        ("/clears", 200),
        ("/slow", 200),
        ("/guarded", 403),
        ("/limited", 200),
        ("/limited", 429),
        ("/refused", 403),
    ] {
        let reply = client.get(path).status(status);
        let all: Vec<_> = reply.find_headers("x-request-id").collect();
        let [id] = all[..] else { panic!("{path} has {all:?}") };
        assert_eq!(*seen.0.lock().unwrap(), [id, id], "{path}");
        assert!(id.len() == 32 && !before.contains(&id.to_owned()), "{path}: {id}");
        before.push(id.to_owned());
        seen.0.lock().unwrap().clear();
        if path == "/id" {
            let id = id.to_owned();
            reply.text(&id);
        }
    }
    assert!(client.delete("/id").status(405).find_header("x-request-id").is_some());
    assert!(client.options("/id").find_header("x-request-id").is_some());
    assert!(client.head("/id").find_header("x-request-id").is_some());
}

#[test]
fn a_handler_that_wants_an_id_is_told_in_the_log_where_none_is_given() {
    let client = Client::new(App::new((), |r| r.mount(routes![id])));
    client.get("/id").status(500).text("Internal Server Error");
    let exchange = Exchange::new();
    exchange.req().set_id("c0ffee");
    assert_eq!(id(RequestId(exchange.req().id().unwrap())), "c0ffee");
}
