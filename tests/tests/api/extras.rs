//! What stands behind features and around handlers: rates, ids, signatures and rules.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use garde::Validate;
use httpz::ext::openapi::OpenApi;
use httpz::ext::rate_limit::RateLimit;
use httpz::ext::request_id::{RequestId, RequestIds};
use httpz::ext::signed_cookies::Keys;
use httpz::ext::validation::Valid;
use httpz::prelude::*;
use httpz::testing::{Client, Exchange};
use httpz::{Cookie, Ended, Observe};
use schemars::JsonSchema;
use serde::Deserialize;

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

#[post("/name/:name")]
fn set_name(keys: &Keys, name: &str, res: &mut Response) {
    res.cookie(keys.cookie_for("name", name, Duration::from_secs(60)));
}

#[post("/short/:name")]
fn set_for_no_time(keys: &Keys, name: &str, res: &mut Response) {
    res.cookie(keys.cookie_for("name", name, Duration::ZERO));
}

#[post("/numbers/:n")]
fn set_numbers(keys: &Keys, n: usize, res: &mut Response) -> Result {
    res.cookie(keys.json_cookie("numbers", &vec![7; n], Duration::from_secs(60))?);
    Ok(())
}

#[get("/name")]
fn name(keys: &Keys, req: &Request) -> Option<String> {
    keys.read(req, "name")
}

#[get("/numbers")]
fn numbers(keys: &Keys, req: &Request) -> Option<Json<Vec<u8>>> {
    keys.read_json(req, "numbers").map(Json)
}

#[post("/end")]
fn end(res: &mut Response) {
    res.cookie(Cookie::removal("name"));
}

#[test]
fn a_signed_cookie_goes_to_the_browser_and_back() {
    let keys = Keys::new("k".repeat(32)).unwrap();
    let list = routes![set_name, set_for_no_time, set_numbers, name, numbers, end];
    let client = Client::new(App::new(keys, |r| r.mount(list)));
    let post = |path: &str| client.request(Method::Post, path).send();
    client.get("/name").status(404);
    let reply = post("/name/ann%20b%C3%B6%3B").status(200);
    let set = reply.find_header("set-cookie").unwrap();
    assert!(set.ends_with("; Path=/; Max-Age=60; SameSite=Lax; HttpOnly"), "{set}");
    client.get("/name").text("ann b\u{f6};");
    let signed = client.cookie("name").unwrap();
    client.set_cookie("numbers", &signed).get("/numbers").status(404);
    post("/end").status(200);
    client.get("/name").status(404);
    // Kept on by the client, as the jar of somebody who does not want it to end.
    let set = post("/short/ann").find_header("set-cookie").unwrap().to_owned();
    let signed = set.trim_start_matches("name=").split(';').next().unwrap();
    client.set_cookie("name", signed).get("/name").status(404);
}

#[test]
fn what_does_not_fit_into_a_cookie_is_no_answer() {
    let keys = Keys::new("k".repeat(32)).unwrap();
    let client = Client::new(App::new(keys, |r| r.mount(routes![set_numbers, numbers])));
    let post = |path: &str| client.request(Method::Post, path).send();
    post("/numbers/1000").status(200);
    assert_eq!(client.get("/numbers").read_json::<Vec<u8>>().len(), 1000);
    post("/numbers/2000").status(500).no_header("set-cookie");
}

#[derive(Deserialize, Validate, JsonSchema)]
struct Note<'a> {
    #[garde(length(min = 3))]
    #[serde(borrow)]
    title: Cow<'a, str>,
    #[garde(dive)]
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Deserialize, Validate, JsonSchema)]
struct Tag {
    #[garde(range(max = 9))]
    id: u8,
}

#[post("/notes")]
fn add_note(Valid(Json(note)): Valid<Json<Note<'_>>>) -> String {
    format!("{} {}", note.title, note.tags.len())
}

#[post("/notes/later")]
async fn add_note_later(Valid(Json(note)): Valid<Json<Note<'_>>>) -> String {
    note.title.into_owned()
}

#[get("/tags")]
fn tag(Valid(Query(tag)): Valid<Query<Tag>>) -> String {
    tag.id.to_string()
}

#[post("/tags")]
fn add_tag(tag: Result<Valid<Form<Tag>>>) -> String {
    match tag {
        Ok(Valid(Form(tag))) => tag.id.to_string(),
        Err(error) => format!("{}: {}", error.code(), error.message()),
    }
}

#[post("/tags/perhaps")]
fn perhaps(tag: Option<Valid<Json<Tag>>>) -> String {
    tag.map_or("none".into(), |Valid(Json(tag))| tag.id.to_string())
}

fn with_rules() -> App<()> {
    App::new((), |r| r.mount(routes![add_note, add_note_later, tag, add_tag, perhaps]))
}

#[test]
fn what_breaks_rules_is_refused_by_the_names_of_its_fields() {
    let client = Client::new(with_rules());
    let good = json!({ "title": "t\u{e9}a", "tags": [{ "id": 9 }] });
    let bad = json!({ "title": "t", "tags": [{ "id": 9 }, { "id": 10 }] });
    client.post("/notes", &good).status(200).text("t\u{e9}a 1");
    client.post("/notes/later", &good).status(200).text("t\u{e9}a");
    let text = "not valid: tags[1].id: greater than 9; title: length is lower than 3";
    for path in ["/notes", "/notes/later"] {
        client.post(path, &bad).status(422).text(text);
        client.post(path, 1).status(400);
    }
    client.get("/tags?id=9").status(200).text("9");
    client.get("/tags?id=10").status(422).text("not valid: id: greater than 9");
    client.get("/tags?id=x").status(400);
    let form = |text: &str| client.request(Method::Post, "/tags").body(text).send();
    form("id=9").text("9");
    form("id=10").status(200).text("422: not valid: id: greater than 9");
    client.post("/tags/perhaps", json!({ "id": 1 })).text("1");
    client.post("/tags/perhaps", json!({ "id": 10 })).text("none");
    assert_eq!(
        tag(Valid(Query(Tag { id: 10 }))),
        "10",
        "a call by hand is the test's own business"
    );

    let client = client.header("accept", "application/json");
    client.post("/notes", &bad).status(422).json(json!({
        "type": "about:blank",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": text,
        "errors": [
            { "field": "tags[1].id", "detail": "greater than 9" },
            { "field": "title", "detail": "length is lower than 3" },
        ],
    }));
}

#[test]
fn descriptions_say_of_values_with_rules_what_they_say_of_others() {
    let app = with_rules().openapi(OpenApi::new("rules", "1"));
    let told: serde_json::Value = Client::new(app).get("/openapi.json").read_json();
    let paths = &told["paths"];
    let body = &paths["/notes"]["post"]["requestBody"];
    assert_eq!(body["content"]["application/json"]["schema"]["$ref"], "#/components/schemas/Note");
    assert_eq!(body["required"], true);
    let parameter = &paths["/tags"]["get"]["parameters"][0];
    assert_eq!((&parameter["name"], &parameter["in"]), (&"id".into(), &"query".into()));
    let form = &paths["/tags"]["post"]["requestBody"]["content"];
    assert!(form["application/x-www-form-urlencoded"].is_object(), "{form}");
    for (path, method, refuses) in [
        ("/notes", "post", true),
        ("/notes/later", "post", true),
        ("/tags", "get", true),
        ("/tags", "post", false),
        ("/tags/perhaps", "post", false),
    ] {
        let answer = &paths[path][method]["responses"]["422"];
        assert_eq!(answer.is_object(), refuses, "{method} {path}: {answer}");
    }
}
