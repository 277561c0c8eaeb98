//! Rows 58 to 61 of the feature list: testing handlers by hand and applications whole.

use std::panic::{AssertUnwindSafe, catch_unwind};

use httpz::prelude::*;
use httpz::sse::{Channel, Event};
use httpz::testing::{Client, Exchange, block_on};

/// The original's example.
fn search(req: &Request, res: &mut Response) -> Result {
    let query = req.query()?;
    let Some(search) = query.get("search") else { return missing_parameter(res, "search") };
    res.json(&json!({ "search": search }))
}

fn missing_parameter(res: &mut Response, parameter: &str) -> Result {
    res.status(400);
    res.json(&json!({ "error": "missing parameter", "parameter": parameter }))
}

/// Says everything that it was asked.
fn echo(req: &Request, res: &mut Response) -> Result {
    res.header("Location", "/").header("X-Method", req.method().as_str());
    res.json(&json!({
        "path": req.path(),
        "id": req.param("id"),
        "search": req.query()?.get("search"),
        "over": req.query()?.get("over"),
        "authorization": req.header("Authorization"),
        "body": req.body().map(String::from_utf8_lossy),
    }))
}

fn complaint<T>(of: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(|| drop(of()))).expect_err("it complains");
    *panic.downcast::<String>().expect("with a text")
}

#[test]
fn row_58_a_handler_is_called_by_hand_without_socket_or_runtime() {
    let web_test = Exchange::new();
    search(web_test.req(), &mut web_test.res()).unwrap();
    web_test.expect_status(400);
    web_test.expect_json(json!({ "error": "missing parameter", "parameter": "search" }));
}

#[test]
fn row_58_the_configuration_counts_for_requests_and_responses() {
    let mut config = Config::default();
    config.request.max_query_count = 1;
    config.response.max_header_count = 1;
    let test = || Exchange::with_config(config.clone());
    test().query("search", "tea").call(search).expect_status(200);
    test().url("/?search=tea&more=1").call(search).expect_status(400);
    test().call(echo).expect_status(500).expect_body("Internal Server Error");
    config.request.max_body_size = 3;
    let said = complaint(|| {
        Exchange::with_config(config).body("four").req();
    });
    assert!(said.starts_with("the server would refuse such a request: 413"), "{said}");
}

#[test]
fn row_59_a_request_is_built_from_its_parts() {
    let web_test = Exchange::new()
        .param("id", "99382")
        .query("search", "tea & 100% caffè")
        .header("Authorization", "admin")
        .body("over 9000!");
    echo(web_test.req(), &mut web_test.res()).unwrap();
    web_test.expect_json(json!({
        "path": "/",
        "id": "99382",
        "search": "tea & 100% caffè",
        "over": null,
        "authorization": "admin",
        "body": "over 9000!",
    }));
    let web_test = Exchange::new().method(Method::Put).param("id", "a/b%20c").json(json!([9000]));
    let json = web_test.call(echo).expect_header("x-method", "PUT").get_json();
    assert_eq!((json["id"].as_str(), json["body"].as_str()), (Some("a/b%20c"), Some("[9000]")));
    assert_eq!(web_test.req().header("content-type"), Some("application/json"));
}

#[test]
fn row_59_the_query_of_the_url_is_ignored_beside_a_query() {
    let over = |test: Exchange| {
        let json = test.call(echo).get_json();
        [json["path"].clone(), json["over"].clone(), json["search"].clone()]
    };
    assert_eq!(over(Exchange::new().url("/power?over=9000")), {
        [json!("/power"), json!("9000"), json!(null)]
    });
    let both = Exchange::new().url("/power?over=9000").query("search", "tea");
    assert_eq!(over(both), [json!("/power"), json!(null), json!("tea")]);
}

#[test]
fn row_60_the_response_is_asserted_in_a_chain() {
    fn handler(_: &Request, res: &mut Response) {
        res.header("Location", "/").content_type(ContentType::Json).bytes(b"{\"over\":9000}");
    }
    let web_test = Exchange::new();
    web_test
        .call(handler)
        .expect_status(200)
        .expect_header("Location", "/")
        .expect_body("{\"over\":9000}")
        .expect_json(json!({ "over": 9000 }));
    assert_eq!(web_test.get_json()["over"], 9000);

    let res = web_test.parse_response();
    assert_eq!((res.code(), res.body()), (200, &b"{\"over\":9000}"[..]));
    assert_eq!(res.headers().find(|(name, _)| *name == "Location"), Some(("Location", "/")));
    assert!(res.raw().starts_with(b"HTTP/1.1 200 OK") && res.raw().ends_with(b":9000}"));
}

#[test]
fn row_60_failures_show_the_difference() {
    let test = Exchange::new().url("/tea");
    test.call(|_: &Request, res: &mut Response| {
        res.header("X-Kind", "green");
        Json(json!({ "name": "tea", "temperatures": [70, 80] }))
    });
    for (said, expected) in [
        (complaint(|| test.expect_status(404)), "GET /tea: expected status 404, got 200"),
        (
            complaint(|| test.expect_header("x-kind", "black")),
            r#"GET /tea: expected x-kind: black, got ["green"]"#,
        ),
        (
            complaint(|| {
                let expected = json!({ "name": "tea", "temperatures": [70, 90] });
                test.expect_json(expected);
            }),
            "GET /tea: the JSON differs\n  $.temperatures[1]: expected 90, got 80",
        ),
        (complaint(|| test.expect_body("x")), "GET /tea: expected body \"x\",\n     got body"),
    ] {
        assert!(said.starts_with(expected), "{said}");
        assert!(said.contains("X-Kind: green"), "the whole answer is shown: {said}");
    }
}

#[test]
fn row_60_async_handlers_and_errors_are_answers_too() {
    async fn slow(_: &Request, res: &mut Response) -> Result {
        res.chunk("bit ").await?;
        res.chunk("by bit").await
    }
    let test = Exchange::new();
    block_on(slow(test.req(), &mut test.res())).unwrap();
    test.expect_body("bit by bit").expect_header("transfer-encoding", "chunked");

    let fails = handler(|_, _| Err::<(), _>(Error::status(409, "taken")));
    Exchange::new().call(fails).expect_status(409).expect_body("taken");
    let splits = handler(|_, res| {
        res.header("x", "a\r\nb: c");
    });
    Exchange::new().call(splits).expect_status(500);
    // An answer that has begun is cut, as on the wire.
    let half = async_handler(async |_, res| {
        res.chunk("half").await?;
        Err::<(), _>(Error::status(500, "broken"))
    });
    let said = complaint(|| Exchange::new().call(half).parse_response());
    assert!(said.contains("the connection ended within the body"), "{said}");
}

#[test]
fn row_61_a_client_asks_the_whole_application() {
    let app = App::new((), |r| r.get("/search", search).post("/echo/:id", echo));
    let client = Client::new(app);
    client.get("/search?search=tea").status(200).json(json!({ "search": "tea" }));
    client.get("/search").status(400);
    let reply = client.post("/echo/7", json!({ "over": 9000 })).status(200);
    assert_eq!(reply.read_json::<serde_json::Value>()["body"], r#"{"over":9000}"#);
    client.get("/nowhere").status(404);
}

/// It was read as if there were a body, and the test panicked.
#[test]
fn row_61_bytes_that_ask_with_head_get_an_answer_without_a_body() {
    let client = Client::new(App::new((), |r| r.get("/search", search)));
    for before in ["", "\r\n"] {
        let request = format!("{before}HEAD /search?search=tea HTTP/1.1\r\nHost: a\r\n\r\n");
        let reply = client.send(request.as_bytes()).status(200).header("content-length", "16");
        assert_eq!(reply.body(), b"");
    }
}

/// A test of an application that could not be started would promise what nobody gets.
#[test]
fn row_61_a_client_says_why_the_application_could_not_be_started() {
    let mut config = Config::default();
    config.request.buffer_size = 100;
    let said = complaint(|| Client::new(App::new((), |r| r).config(config)));
    assert!(said.contains("request.buffer_size is 100"), "{said}");
    let twice = App::new((), |r| r.get("/:a", search).get("/:b", search));
    assert!(complaint(|| Client::new(twice)).contains("`/:b`"));
}

#[test]
fn row_61_cookies_are_kept_between_calls() {
    fn login(req: &Request, res: &mut Response) -> Result<&'static str> {
        let name = req.form()?.get("name").unwrap_or("nobody").to_owned();
        res.header("Set-Cookie", format!("session={name}; Path=/; HttpOnly; SameSite=Lax"));
        Ok("welcome")
    }
    fn logout(_: &Request, res: &mut Response) {
        res.header("Set-Cookie", "session=; Path=/; Max-Age=0");
    }
    let who = handler(|req, _| req.header("cookie").unwrap_or("nobody").to_owned());
    let app = App::new((), |r| r.post("/login", login).post("/logout", logout).get("/who", who));
    let client = Client::new(app);
    client.get("/who").text("nobody");
    client.request(Method::Post, "/login").body("name=teg").send().status(200);
    client.get("/who").text("session=teg");
    assert_eq!(client.cookie("session").as_deref(), Some("teg"));
    client.set_cookie("theme", "dark").get("/who").text("session=teg; theme=dark");
    client.request(Method::Get, "/who").header("cookie", "own=1").send().text("own=1");
    client.request(Method::Post, "/logout").send();
    client.get("/who").text("theme=dark");
    client.clear_cookies().get("/who").text("nobody");
}

#[test]
fn row_61_event_streams_are_read_step_by_step() {
    async fn live(news: &Channel, req: &Request, res: &mut Response) -> Result {
        let mut events = res.events().await?;
        events.send(&Event::comment("hello")).await?;
        events.forward(news.subscribe_after(req.last_event_id())).await
    }
    fn say(news: &Channel, req: &Request, _: &mut Response) {
        let text = String::from_utf8_lossy(req.body().unwrap_or_default()).into_owned();
        news.publish(Event::new(text).name("said").id(1));
    }
    let news = Channel::new(8);
    let client = Client::new(App::new(news.clone(), |r| r.get("/live", live).post("/say", say)));
    let mut one = client.open("/live").status(200).header("content-type", "text/event-stream");
    let mut two = client.open("/live").status(200);
    assert_eq!(news.subscribers(), 2);
    client.request(Method::Post, "/say").body("a\nb").send();
    for live in [&mut one, &mut two] {
        let event = live.next_event().expect("what was said");
        assert_eq!((&*event.name, &*event.data, event.id.as_deref()), ("said", "a\nb", Some("1")));
        assert!(live.is_quiet());
    }
    // One leaves in good order, the other is gone: the application hears of both.
    one.leave();
    drop(two);
    assert_eq!(news.subscribers(), 0);
    let mut again = client.request(Method::Get, "/live").header("last-event-id", "0").open();
    assert_eq!(again.next_event().expect("what was missed").data, "a\nb");
    news.close();
    assert_eq!(again.next_event(), None);
}

#[test]
fn row_61_chunked_bodies_are_read_step_by_step() {
    async fn endless(_: &Request, res: &mut Response) -> Result {
        for n in 0_u64.. {
            res.chunk(n.to_string()).await?;
        }
        Ok(())
    }
    async fn three(_: &Request, res: &mut Response) -> Result {
        for text in ["one", "two", "three"] {
            res.chunk(text).await?;
        }
        Ok(())
    }
    let app = App::new((), |r| r.get("/endless", endless).get("/three", three).get("/", search));
    let client = Client::new(app);
    let mut live = client.open("/three");
    assert_eq!([live.next_text(), live.next_text()], [Some("one".into()), Some("two".into())]);
    assert_eq!([live.next_text(), live.next_text()], [Some("three".into()), None]);
    // One that has no end gets only so far ahead.
    let mut live = client.open("/endless").status(200);
    for n in 0..100_000 {
        assert_eq!(live.next_text(), Some(n.to_string()));
    }
    // Other bodies come as they come, and a stream that has ended says so again.
    let mut live = client.open("/?search=tea");
    assert_eq!(live.next_text().as_deref(), Some(r#"{"search":"tea"}"#));
    assert_eq!((live.next_text(), live.next_text()), (None, None));
    assert_eq!(client.open("/three").leave(), b"onetwothree");
}

#[test]
fn row_61_a_body_is_sent_step_by_step() {
    let app = App::new((), |r| r.post("/", echo));
    let client = Client::new(app);
    let draft = client.request(Method::Post, "/").header("content-length", "6").body("abc");
    let mut live = draft.open();
    assert!(live.is_quiet(), "the application waits for the rest");
    live.send("def");
    assert!(!live.is_quiet());
    assert!(live.next_text().expect("the echo").contains("abcdef"));
    // Who waits to be told to go on is told when somebody wants the body.
    let draft = client.request(Method::Post, "/").header("content-length", "3");
    let mut live = draft.header("expect", "100-continue").open();
    assert!(live.is_quiet());
    live.send("abc");
    assert!(live.status(200).next_text().expect("the echo").contains("abc"));
}

/// The doc of `Loopback` promised all of `pool`, and its streams were without a bound.
#[test]
fn a_test_client_has_as_many_streams_as_the_configuration() {
    let mut config = Config { workers: 1, ..Config::default() };
    config.pool.streams = 1;
    let channel = Channel::new(1);
    let live = move |_: &Request, _: &mut Response| channel.subscribe();
    let client = Client::new(App::new((), |r| r.get("/live", live)).config(config));
    let first = client.open("/live").status(200);
    client.get("/live").status(503).header("retry-after", "5");
    drop(first);
    client.open("/live").status(200);
}
