//! The description of the routes says what their functions say.

use httpz::ext::multipart::{Multipart, Parts};
use httpz::ext::openapi::OpenApi;
use httpz::header::{Bearer, UserAgent};
use httpz::prelude::*;
use httpz::sse::{Channel, Subscription};
use httpz::testing::Client;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A user.
#[derive(Serialize, JsonSchema)]
struct User {
    /// Counted from 1.
    id: u64,
    name: String,
}

#[derive(Deserialize, JsonSchema)]
struct NewUser<'a> {
    name: &'a str,
    #[expect(dead_code, reason = "only described")]
    age: Option<u8>,
}

#[derive(Deserialize, JsonSchema)]
struct Page {
    limit: Option<usize>,
}

#[derive(Deserialize)]
struct Undescribed {
    #[expect(dead_code, reason = "only read")]
    n: u8,
}

#[derive(HttpError)]
enum Refusal {
    #[status(404, "no such user")]
    NoUser,
    #[status(409)]
    Taken(String),
    #[status(404, "no such team")]
    NoTeam,
}

/// Lists users.
///
/// In the order of their numbers.
#[get("/users")]
fn list(Query(page): Query<Page>) -> Json<Vec<User>> {
    Json(Vec::with_capacity(page.limit.unwrap_or(0)))
}

/// Shows a user.
#[get("/users/:id")]
fn show(id: u64) -> Result<Json<User>, Refusal> {
    match id {
        0 => Err(Refusal::Taken("never".into())),
        9 => Err(Refusal::NoTeam),
        1 => Ok(Json(User { id, name: "ann".into() })),
        _ => Err(Refusal::NoUser),
    }
}

#[post("/users")]
fn create(Json(new): Json<NewUser<'_>>) -> Result<(Status, Json<User>)> {
    Ok((Status::CREATED, Json(User { id: 1, name: new.name.into() })))
}

#[put("/users/:id")]
async fn replace(id: u64, _new: Option<Json<Undescribed>>) -> Result {
    let _ = id;
    Ok(())
}

#[get("/files/:name.json", "/tree/*rest")]
fn file(name: Option<&str>, rest: Option<&str>) -> String {
    format!("{name:?} {rest:?}")
}

#[all("/any/*")]
fn any() -> Html<&'static str> {
    Html("")
}

#[derive(FromHeader)]
#[header("x-depth")]
struct Depth(u8);

#[post("/various/:kind")]
fn various(
    kind: &str,
    depth: Header<Depth>,
    agent: Option<Header<UserAgent<'_>>>,
    token: Header<Bearer<'_>>,
    page: Option<Query<NewPage>>,
    new: Result<Json<NewUser<'_>>>,
) -> Subscription {
    let _ = (kind, depth.0.0, agent, token, page.map(|page| page.0.n), new.is_ok());
    Channel::new(1).subscribe()
}

#[derive(Deserialize, JsonSchema)]
struct NewPage {
    n: u8,
}

#[put("/various")]
fn bytes(body: &[u8]) -> (ContentType, String) {
    (ContentType::Css, String::from_utf8_lossy(body).into_owned())
}

#[post("/pictures")]
fn pictures(form: Multipart<'_>) -> String {
    form.parts().len().to_string()
}

#[post("/films")]
async fn films(form: Option<Parts<'_>>) -> &'static str {
    if form.is_some() { "a film" } else { "none" }
}

struct Board;

#[actions]
impl Board {
    #[get("/board")]
    fn index(&self) -> Result<Json<Page2>, Refusal> {
        Ok(Json(Page2 { n: 1 }))
    }
}

#[derive(Serialize, JsonSchema)]
struct Page2 {
    n: u8,
}

fn document() -> Value {
    let app = App::new(Board, |r| {
        r.mount(routes![list, show, create, replace])
            .group("/nested/:team", |g| g.mount(routes![file, any]))
            .mount(routes![various, bytes])
            .mount(Board::routes())
            .get("/plain/:x", handler(|_, _| "x"))
    });
    let client = Client::new(app.openapi(OpenApi::new("Users", "1.2.3").page(Some("/browse"))));
    client.get("/browse").status(200).header("content-type", "text/html; charset=utf-8");
    client.get("/openapi.json").status(200).header("content-type", "application/json").read_json()
}

#[test]
fn says_what_functions_take_and_give() {
    let document = document();
    assert_eq!(document["info"], json!({ "title": "Users", "version": "1.2.3" }));
    let show = &document["paths"]["/users/{id}"]["get"];
    assert_eq!(show["summary"], "Shows a user.");
    assert_eq!(show["parameters"][0]["name"], "id");
    assert_eq!(show["parameters"][0]["schema"]["type"], "integer");
    let content = &show["responses"]["200"]["content"]["application/json"];
    assert_eq!(content["schema"]["$ref"], "#/components/schemas/User");
    assert_eq!(show["responses"]["404"]["description"], "no such user; no such team");
    assert_eq!(show["responses"]["409"]["description"], "Conflict");
    let user = &document["components"]["schemas"]["User"];
    assert_eq!(user["description"], "A user.");
    assert_eq!(user["properties"]["id"]["description"], "Counted from 1.");
    let list = &document["paths"]["/users"]["get"];
    assert_eq!(list["description"], "In the order of their numbers.");
    assert_eq!(list["parameters"][0]["in"], "query");
    assert_eq!(list["parameters"][0]["required"], false);
    let create = &document["paths"]["/users"]["post"];
    let body = &create["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(body["$ref"], "#/components/schemas/NewUser");
    assert!(create["responses"]["2XX"]["content"]["application/json"].is_object());
}

#[test]
fn says_less_of_what_says_less_of_itself() {
    let document = document();
    let replace = &document["paths"]["/users/{id}"]["put"];
    assert!(replace.get("requestBody").is_none());
    assert!(replace["responses"]["200"].get("content").is_none());
    let plain = &document["paths"]["/plain/{x}"]["get"];
    assert_eq!(plain["parameters"][0]["schema"], json!({ "type": "string" }));
    assert!(document["components"]["schemas"].get("Undescribed").is_none());
}

#[test]
fn says_which_inputs_a_request_can_do_without() {
    let document = document();
    let various = &document["paths"]["/various/{kind}"]["post"];
    let mut parameters: Vec<_> = various["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (p["in"].as_str().unwrap(), p["name"].as_str().unwrap(), p["required"] == true))
        .collect();
    parameters.sort_unstable();
    // `authorization` is no parameter, says OpenAPI.
    let expected = [
        ("header", "user-agent", false),
        ("header", "x-depth", true),
        ("path", "kind", true),
        ("query", "n", false),
    ];
    assert_eq!(parameters, expected);
    assert_eq!(various["requestBody"]["required"], false);
    assert!(various["responses"]["200"]["content"]["text/event-stream"].is_object());
    let bytes = &document["paths"]["/various"]["put"];
    assert_eq!(bytes["requestBody"]["required"], false);
    assert!(bytes["requestBody"]["content"]["application/octet-stream"].is_object());
    // That it is CSS, only the value says.
    assert!(bytes["responses"]["200"].get("content").is_none());
}

#[test]
fn says_where_there_may_be_nothing() {
    #[get("/a")]
    fn perhaps() -> Option<Json<User>> {
        None
    }

    #[get("/b")]
    fn perhaps_or_an_error() -> Result<Option<Json<User>>> {
        Ok(None)
    }

    #[get("/c")]
    fn told_already() -> Result<Option<Json<User>>, Refusal> {
        Ok(None)
    }

    let app = App::new((), |r| r.mount(routes![perhaps, perhaps_or_an_error, told_already]));
    let client = Client::new(app.openapi(OpenApi::new("Perhaps", "1")));
    let document: Value = client.get("/openapi.json").read_json();
    for (path, text) in
        [("/a", "Not Found"), ("/b", "Not Found"), ("/c", "no such user; no such team")]
    {
        client.get(path).status(404);
        let responses = &document["paths"][path]["get"]["responses"];
        assert_eq!(responses["404"]["description"], text, "{path}");
        assert!(responses["200"]["content"]["application/json"].is_object());
    }
}

#[test]
fn says_which_bodies_are_forms_with_files() {
    let app = App::new((), |r| r.mount(routes![pictures, films]));
    let client = Client::new(app.openapi(OpenApi::new("Files", "1")));
    let document: Value = client.get("/openapi.json").read_json();
    for (path, required) in [("/pictures", true), ("/films", false)] {
        let body = &document["paths"][path]["post"]["requestBody"];
        assert_eq!(body["required"], required);
        let schema = &body["content"]["multipart/form-data"]["schema"];
        assert_eq!(*schema, json!({ "type": "object" }));
    }
}

#[test]
fn is_edited_once_by_everybody_who_has_something_to_add() {
    let api = OpenApi::new("Users", "1").edit(|document| {
        assert!(document["paths"]["/board"]["get"].is_object(), "all is known by now");
        document["tags"] = json!([{ "name": "a" }]);
    });
    let api = api.edit(|document| {
        document["tags"].as_array_mut().unwrap().push(json!({ "name": "b" }));
    });
    let client = Client::new(App::new(Board, |r| r.mount(Board::routes())).openapi(api));
    for _ in 0..2 {
        let document: Value = client.get("/openapi.json").status(200).read_json();
        assert_eq!(document["tags"], json!([{ "name": "a" }, { "name": "b" }]));
    }
}

#[test]
fn the_page_asks_who_one_is() {
    let client = Client::new(App::new((), |r| r).openapi(OpenApi::new("Users", "1")));
    let page = String::from_utf8(client.get("/docs").status(200).body().to_vec()).unwrap();
    assert!(page.contains(r#"<input id="authorization""#));
    assert!(page.contains(r#"fields.push(["Authorization", authorization])"#));
}

#[test]
fn every_path_has_just_its_own_parameters_and_every_operation_its_own_name() {
    let document = document();
    let mut names = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            names.push(operation["operationId"].as_str().unwrap().to_owned());
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let mut in_path: Vec<_> = parameters.iter().filter(|p| p["in"] == "path").collect();
            in_path.retain(|p| path.contains(&format!("{{{}}}", p["name"].as_str().unwrap())));
            assert_eq!(in_path.len(), path.matches('{').count(), "{method} {path}");
        }
    }
    let n = names.len();
    names.sort();
    names.dedup();
    assert_eq!((n, names.len()), (15, 15), "{names:?}");
    assert!(document["paths"]["/nested/{team}/tree/{rest}"]["get"].is_object());
    assert_eq!(document["paths"]["/nested/{team}/any/{any2}"].as_object().unwrap().len(), 5);
    let content = &document["paths"]["/board"]["get"]["responses"]["200"]["content"];
    assert_eq!(content["application/json"]["schema"]["$ref"], "#/components/schemas/Page2");
}
