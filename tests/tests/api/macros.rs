//! Functions with route attributes: typed arguments, contexts, metadata; and that they stay
//! ordinary functions.

use std::collections::BTreeMap;
use std::sync::Mutex;

use httpz::prelude::*;
use httpz::testing::Client;
use serde::{Deserialize, Serialize};

#[derive(Default)]
struct Db {
    users: Mutex<BTreeMap<u64, String>>,
}

struct User {
    id: u64,
}

#[derive(Context)]
struct Api {
    db: Shared<Db>,
    user: User,
}

#[derive(Debug, PartialEq, Serialize)]
struct Account {
    id: u64,
    name: String,
}

#[derive(Deserialize)]
struct NewAccount<'a> {
    name: &'a str,
}

#[derive(Deserialize)]
struct Page {
    limit: Option<u32>,
}

#[derive(HttpError)]
enum AccountError {
    #[status(404, "no such user")]
    NotFound,
    #[status(400)]
    Invalid(String),
}

/// Says hello.
#[get("/hello/:name")]
fn hello(name: &str) -> String {
    format!("Hello {name}")
}

#[get("/users")]
fn list(db: &Db, Query(page): Query<Page>) -> Json<Vec<u64>> {
    let users = db.users.lock().unwrap();
    Json(users.keys().copied().take(page.limit.unwrap_or(20) as usize).collect())
}

#[get("/users/:id")]
fn show(db: &Db, id: u64) -> Result<Json<Account>, AccountError> {
    let users = db.users.lock().unwrap();
    let name = users.get(&id).cloned().ok_or(AccountError::NotFound)?;
    Ok(Json(Account { id, name }))
}

#[post("/users")]
fn create(db: &Db, Json(new): Json<NewAccount<'_>>) -> Result<(Status, Json<Account>)> {
    if new.name.is_empty() {
        return Err(AccountError::Invalid("name is empty".into()).into());
    }
    let mut users = db.users.lock().unwrap();
    let id = users.len() as u64 + 1;
    users.insert(id, new.name.to_owned());
    Ok((Status::CREATED, Json(Account { id, name: new.name.to_owned() })))
}

/// Request and response as in a plain handler, beside typed parameters.
#[get("/raw/:n/x/:name")]
fn raw(req: &Request, res: &mut Response, n: i32, name: &str) -> Result {
    let limit: u32 = req.header("x-limit").unwrap_or("5").parse()?;
    res.header("x-n", n.to_string());
    res.json(&json!({ "limit": limit, "name": name }))
}

#[get("/slow/:id")]
async fn slow(id: u64, res: &mut Response) -> Result {
    res.chunk("one ").await?;
    res.chunk((id + 1).to_string()).await
}

#[get("/me")]
fn me(user: &User) -> String {
    format!("user {}", user.id)
}

#[put("/rename/:name")]
async fn rename(user: &mut User, name: &str, res: &mut Response) -> Result {
    user.id += 1;
    res.json(&json!({ "id": user.id, "name": name }))
}

#[get("/count")]
fn count(db: &Db, user: &User) -> String {
    format!("{} for {}", db.users.lock().unwrap().len(), user.id)
}

#[get("/echo/:name")]
fn echo<'a>(name: &'a str, req: &'a Request) -> &'a str {
    req.header("x-name").unwrap_or(name)
}

#[route(PURGE, "/cache/*key")]
fn purge(key: &str) -> String {
    format!("purged {key}")
}

#[all("/any")]
fn any(req: &Request) -> String {
    req.method().to_string()
}

fn auth(db: &mut Shared<Db>, req: &Request) -> Result<Api> {
    let id = req.header("user").and_then(|user| user.parse().ok());
    let id = id.ok_or_else(|| Error::status(401, "who are you?"))?;
    Ok(Api { db: *db, user: User { id } })
}

fn client() -> Client {
    Client::new(App::new(Db::default(), |r| {
        r.mount(routes![hello, list, show, create, raw, slow, echo, purge, any])
            .group("/api/:version", |g| g.guard(auth).mount(routes![me, rename, count]))
    }))
}

#[test]
fn params_are_typed() {
    let client = client();
    client.get("/hello/ann").status(200).text("Hello ann");
    client.get("/hello/caf%C3%A9").text("Hello café");
    client.get("/raw/-3/x/zed").header("x-n", "-3").json(json!({ "limit": 5, "name": "zed" }));
    client.get("/raw/%2B3/x/zed").status(400).text("path parameter `n` is not an i32: `+3`");
    client.get("/users/abc").status(400).text("path parameter `id` is not a u64: `abc`");
    let big = "18446744073709551616";
    client
        .get(&format!("/users/{big}"))
        .status(400)
        .text(&format!("path parameter `id` is not a u64: `{big}`"));
    client.get("/slow/41").text("one 42");
}

#[test]
fn bodies_and_queries_are_typed() {
    let client = client();
    client.get("/users/1").status(404).text("no such user");
    client
        .post("/users", json!({ "name": "ann" }))
        .status(201)
        .json(json!({ "id": 1, "name": "ann" }));
    client.post("/users", json!({ "name": "bo" })).status(201);
    client.get("/users/1").json(json!({ "id": 1, "name": "ann" }));
    client.get("/users?limit=1").json(json!([1]));
    client.get("/users").json(json!([1, 2]));
    client.get("/users?limit=x").status(400).text("query parameter `limit`: `x` is not a u32");
    client.post("/users", json!({ "name": "" })).status(400).text("name is empty");
    client.post("/users", json!({})).status(400);
    client.request(Method::Post, "/users").body("{").send().status(400);
}

#[test]
fn foreign_errors_are_500_and_keep_their_cause_to_themselves() {
    let reply = client().request(Method::Get, "/raw/1/x/a").header("x-limit", "no").send();
    reply.status(500).text("Internal Server Error").no_header("x-n");
}

#[test]
fn contexts_are_asked_for_by_type() {
    let client = client();
    client.get("/api/v1/me").status(401);
    let client = client.header("user", "7");
    client.get("/api/v1/me").text("user 7");
    client.put("/api/v1/rename/x", json!(1)).json(json!({ "id": 8, "name": "x" }));
    client.get("/api/v1/count").text("0 for 7");
}

#[test]
fn what_is_returned_may_borrow_from_the_request() {
    let client = client();
    client.get("/echo/n").text("n");
    client.header("x-name", "m").get("/echo/n").text("m");
}

#[test]
fn any_method_can_be_routed() {
    let client = client();
    let method = Method::from_bytes(b"PURGE").unwrap();
    client.request(method, "/cache/a/b").send().status(200).text("purged a/b");
    client.get("/cache/a").status(405).header("allow", "OPTIONS, PURGE");
    client.delete("/any").text("DELETE");
}

#[test]
fn a_route_stays_an_ordinary_function() {
    assert_eq!(hello("x"), "Hello x");
    let db = Db::default();
    assert_eq!(show(&db, 1).err().map(|error| Error::from(error).code()), Some(404));
    let (req, mut res) = (Request::get("/"), Response::new());
    raw(&req, &mut res, 1, "n").unwrap();
    assert_eq!(res.status_code(), 200);
}

#[test]
fn a_route_knows_its_path_and_writes_it_back() {
    assert_eq!(show::url(7), "/users/7");
    assert_eq!(hello::url("a/b c"), "/hello/a%2Fb%20c");
    assert_eq!(purge::url("a/b c"), "/cache/a/b%20c");
    assert!(show::META.params().eq([("id", "u64")]));
    assert_eq!(hello::META.doc(), "Says hello.");
    assert_eq!(hello::META.name(), "hello");
    assert!(hello::META.answers().map(|answers| answers.path).eq(["/hello/:name"]));
}

#[test]
fn the_route_table_shows_names_and_docs() {
    let app = App::new(Db::default(), |r| {
        r.mount(routes![hello]).group("/v1", |g| g.mount(routes![purge]))
    });
    let expected = "\
GET    /hello/:name    hello  Says hello.
PURGE  /v1/cache/*key  purge
";
    assert_eq!(app.routes().to_string(), expected);
}

#[test]
fn conflicts_across_lists_name_both_functions() {
    #[get("/users/:name")]
    fn other(name: &str) -> String {
        name.to_owned()
    }
    let app = App::new(Db::default(), |r| r.mount(routes![show]).mount(routes![other]));
    let error = app.build().expect_err("both answer the same").to_string();
    assert!(error.contains("/users/:id") && error.contains("::show`"), "{error}");
    assert!(error.contains("/users/:name") && error.contains("::other`"), "{error}");
}
