//! Values read from query strings, forms and bodies.

use std::borrow::Cow;

use httpz::FromRequest;
use httpz::prelude::*;
use httpz::testing::Client;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Serialize)]
struct Search<'a> {
    #[serde(borrow)]
    q: Cow<'a, str>,
    page: Option<u32>,
    #[serde(default)]
    tag: Vec<&'a str>,
}

/// A handler that reads a `T` and says it in JSON.
fn say<'b, T: FromRequest<'b>>(req: &'b Request) -> Result<T> {
    T::from_request(req)
}

fn client() -> Client {
    Client::new(App::new((), |r| {
        r.get("/query", |req: &Request, res: &mut Response| {
            res.json(&say::<Query<Search<'_>>>(req)?.0)
        })
        .post("/form", |req: &Request, res: &mut Response| {
            res.json(&say::<Form<Search<'_>>>(req)?.0)
        })
        .post("/json", |req: &Request, res: &mut Response| {
            res.json(&say::<Json<Search<'_>>>(req)?.0)
        })
    }))
}

#[test]
fn a_query_fills_a_struct() {
    let client = client();
    client
        .get("/query?q=green+tea&tag=a%26b&tag=c&page=2")
        .json(json!({ "q": "green tea", "page": 2, "tag": ["a&b", "c"] }));
    client.get("/query?q=&page=").json(json!({ "q": "", "page": null, "tag": [] }));
    client.get("/query").status(400).text("query: missing field `q`");
    client.get("/query?q=1&q=2").status(400).text("query parameter `q`: given more than once");
    client.get("/query?q=%").status(400).text("malformed percent-encoding");
}

#[test]
fn more_query_parameters_than_allowed_are_400() {
    let many = |n: usize| format!("/query?q=x{}", "&tag=a".repeat(n - 1));
    client().get(&many(32)).status(200);
    client().get(&many(33)).status(400);
}

#[test]
fn a_form_fills_a_struct() {
    let client = client();
    let post = |body: &str| client.request(Method::Post, "/form").body(body).send();
    post("q=a+b&tag=x").status(200).json(json!({ "q": "a b", "page": null, "tag": ["x"] }));
    post("q=a&page=-1").status(400).text("form parameter `page`: `-1` is not a u32");
    post("").status(400).text("form: missing field `q`");
    // The target of the request has nothing to do with it, and is not blamed.
    post("q=%zz").status(400).text("malformed percent-encoding");
    post(&"a&".repeat(33)).status(400).text("request has too many parameters");
}

#[test]
fn a_body_of_json_fills_a_struct() {
    let client = client();
    let value = json!({ "q": "x\n", "page": 7, "tag": ["a"] });
    client.post("/json", value.clone()).status(200).json(value);
    let reply = client.post("/json", json!({ "q": 1 })).status(400);
    let text = String::from_utf8_lossy(reply.body());
    assert!(
        text.starts_with("unexpected JSON: `q`: invalid type: integer `1`, expected "),
        "{text}"
    );
    client.request(Method::Post, "/json").send().status(400);
}

#[derive(Deserialize)]
struct Flat<T> {
    own: u8,
    #[serde(flatten)]
    others: T,
}

#[derive(Deserialize)]
struct Text {
    name: String,
}

#[derive(Deserialize)]
struct Number {
    limit: u8,
}

#[get("/flat/text")]
fn flat_text(Query(flat): Query<Flat<Text>>) -> String {
    format!("{} {}", flat.own, flat.others.name)
}

#[get("/flat/number")]
fn flat_number(Query(flat): Query<Flat<Number>>) -> String {
    format!("{} {}", flat.own, flat.others.limit)
}

#[test]
fn what_is_flattened_has_to_be_text() {
    let client = Client::new(App::new((), |r| r.mount(routes![flat_text, flat_number])));
    client.get("/flat/text?own=1&name=ann").status(200).text("1 ann");
    let refused = client.get("/flat/number?own=1&limit=5").status(400);
    let text = String::from_utf8_lossy(refused.body()).into_owned();
    assert!(text.contains("invalid type: string"), "{text}");
}
