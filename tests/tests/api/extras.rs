//! What stands behind features and around handlers: rates.

use httpz::ext::rate_limit::RateLimit;
use httpz::prelude::*;
use httpz::testing::Client;

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
