//! Every argument and every return value that `crates/httpz/src/handlers.md` names, in sync and in
//! async handlers. A row of its tables that has no row here fails, and the other way round.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use garde::Validate;
use httpz::ext::validation::Valid;
use httpz::header::{Bearer, UserAgent};
use httpz::prelude::*;
use httpz::sse::{Channel, Event, EventStream, Feed, Subscription};
use httpz::testing::Client;
use httpz::{AsyncFromRequest, Content, FromRequest};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const DOCUMENTED: &str = include_str!("../../../crates/httpz/src/handlers.md");

/// The first cells of a table of the documentation.
fn documented(title: &str) -> Vec<&'static str> {
    let section = DOCUMENTED.split("\n# ").find(|section| section.starts_with(title)).unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| "));
    rows.map(|row| row.split(" |").next().unwrap()).skip(1).collect()
}

struct Site {
    name: &'static str,
}

struct User {
    id: u64,
}

#[derive(Context)]
struct Place {
    site: Shared<Site>,
    user: User,
}

fn place(site: &mut Shared<Site>, _: &Request) -> Result<Place> {
    Ok(Place { site: *site, user: User { id: 7 } })
}

#[derive(FromParam, Debug)]
enum Colour {
    Red,
    DarkRed,
    #[param("none")]
    No,
}

#[derive(FromParam, Debug)]
struct Version(u32);

impl std::str::FromStr for Version {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.strip_prefix('v').and_then(|number| number.parse().ok());
        number.map(Self).ok_or("a version is written as v1, v2 and so on")
    }
}

#[derive(Deserialize, Validate)]
struct Short<'a> {
    #[garde(length(max = 3))]
    name: &'a str,
}

#[derive(Deserialize, Serialize, Debug)]
struct Owned {
    name: String,
    #[serde(default)]
    tag: Vec<String>,
}

#[derive(Deserialize, Debug)]
struct Lent<'a> {
    name: &'a str,
    #[serde(borrow, default)]
    tag: Vec<&'a str>,
}

#[derive(FromHeader, Debug)]
#[header("x-depth")]
struct Depth(u8);

#[derive(FromHeader, Debug)]
#[header("x-label")]
struct Label<'a>(&'a str);

struct Language<'b>(&'b str);

impl<'b> FromRequest<'b> for Language<'b> {
    fn from_request(req: &'b Request) -> Result<Self> {
        Ok(Self(req.header("accept-language").unwrap_or("en")))
    }
}

struct Session(String);

impl<'b> AsyncFromRequest<'b> for Session {
    async fn from_request(req: &'b Request) -> Result<Self> {
        std::future::ready(()).await;
        let token = req.header("x-token").ok_or_else(|| Error::status(401, "no token"))?;
        Ok(Self(token.to_owned()))
    }
}

struct Countdown(u8);

impl Feed for Countdown {
    fn poll_next(&mut self, _: &mut TaskContext<'_>) -> Poll<Option<Arc<Event>>> {
        let next = self.0.checked_sub(1);
        self.0 = next.unwrap_or_default();
        Poll::Ready(next.map(|n| Arc::new(Event::new(n.to_string()))))
    }
}

/// One row for each argument: where it stands in the documentation, the handler, and what comes of a
/// request. `later` rows are async only.
macro_rules! arguments {
    ($(
        row $row:literal $kind:ident
        #[$($attribute:tt)*] fn $name:ident($($argument:tt)*) { $body:expr }
        $($request:literal => $status:literal $answer:literal;)+
    )*) => {
        const ARGUMENT_ROWS: &[&str] = &[$($row),*];
        const ARGUMENT_REQUESTS: &[(&str, bool, &str, u16, &str)] =
            &[$($((stringify!($name), arguments!(@sync $kind), $request, $status, $answer)),+),*];

        mod sync {
            use super::*;
            $(arguments!(@both $kind {
                #[$($attribute)*] pub(super) fn $name($($argument)*) -> String { $body }
            });)*

            pub(super) fn routes() -> Vec<httpz::Routes<Place>> {
                vec![$(arguments!(@list $kind $name)),*]
            }
        }

        mod later {
            use super::*;
            $(#[$($attribute)*] pub(super) async fn $name($($argument)*) -> String { $body })*

            pub(super) fn routes() -> httpz::Routes<Place> {
                routes![$($name),*]
            }
        }
    };
    (@both both { $($item:tt)* }) => { $($item)* };
    (@both later { $($item:tt)* }) => {};
    (@list both $name:ident) => { routes![$name] };
    (@list later $name:ident) => { httpz::Routes::new() };
    (@sync both) => { true };
    (@sync later) => { false };
}

// A request is written as `METHOD path`, then fields and, after a `|`, the body.
arguments! {
    row "`u8` … `u128`, `usize`, `i8` … `i128`, `isize`" both
    #[get("/unsigned/:a/:b/:c/:d/:e/:f")]
    fn unsigned(f: usize, a: u8, b: u16, c: u32, d: u64, e: u128) { format!("{a} {b} {c} {d} {e} {f}") }
        "GET /unsigned/1/2/3/4/5/6" => 200 "1 2 3 4 5 6";
        "GET /unsigned/256/2/3/4/5/6" => 400 "path parameter `a` is not a u8: `256`";

    row "`u8` … `u128`, `usize`, `i8` … `i128`, `isize`" both
    #[get("/signed/:a/:b/:c/:d/:e/:f")]
    fn signed(a: i8, b: i16, c: i32, d: i64, e: i128, f: isize) { format!("{a} {b} {c} {d} {e} {f}") }
        "GET /signed/-1/-2/-3/-4/-5/-6" => 200 "-1 -2 -3 -4 -5 -6";

    row "`f32`, `f64`" both
    #[get("/float/:a/:b")]
    fn floats(b: f64, a: f32) { format!("{a} {b}") }
        "GET /float/1.5/-2e3" => 200 "1.5 -2000";
        "GET /float/1.5/inf" => 400 "path parameter `b` is not an f64: `inf`";

    row "`bool`" both
    #[get("/bool/:yes")]
    fn boolean(yes: bool) { yes.to_string() }
        "GET /bool/true" => 200 "true";
        "GET /bool/1" => 400 "path parameter `yes` is not `true` or `false`: `1`";

    row "`char`" both
    #[get("/char/:letter")]
    fn letter(letter: char) { letter.to_string() }
        "GET /char/%C3%A9" => 200 "é";

    row "`&str`, `String`" both
    #[get("/text/:a/:b/*rest")]
    fn texts(rest: &str, b: String, a: &str) { format!("{a} {b} {rest}") }
        "GET /text/a%20b/c/d/e%2Ff" => 200 "a b c d/e/f";

    row "`Uuid`" both
    #[get("/uuid/:id")]
    fn uuid(id: Uuid) { id.to_string() }
        "GET /uuid/67e55044-10b1-426f-9247-bb680e5fe0c8" => 200 "67e55044-10b1-426f-9247-bb680e5fe0c8";
        "GET /uuid/7" => 400 "path parameter `id` is not a UUID: `7`";

    row "an enum with `#[derive(FromParam)]`" both
    #[get("/colour/:colour")]
    fn colour(colour: Colour) { format!("{colour:?}") }
        "GET /colour/red" => 200 "Red";
        "GET /colour/dark-red" => 200 "DarkRed";
        "GET /colour/none" => 200 "No";
        "GET /colour/blue" => 400 "path parameter `colour` is not one of `red`, `dark-red`, `none`: `blue`";

    row "a struct with `#[derive(FromParam)]`" both
    #[get("/version/:version")]
    fn version(version: Version) { version.0.to_string() }
        "GET /version/v3" => 200 "3";
        "GET /version/3" => 400 "path parameter `version`: a version is written as v1, v2 and so on";

    row "`Option<…>` of these" both
    #[get("/optional/:n", "/optional")]
    fn optional(n: Option<u8>) { format!("{n:?}") }
        "GET /optional/7" => 200 "Some(7)";
        "GET /optional" => 200 "None";
        "GET /optional/x" => 400 "path parameter `n` is not a u8: `x`";

    row "`Result<…>` of these" both
    #[get("/checked/:n")]
    fn checked(n: Result<u8>) { format!("{n:?}") }
        "GET /checked/7" => 200 "Ok(7)";
        "GET /checked/x" => 200 "Err(400 Bad Request: path parameter `n` is not a u8: `x`)";

    row "`&Request`" both
    #[get("/request/:n")]
    fn request(n: u8, req: &Request) { format!("{n} {}", req.path()) }
        "GET /request/7" => 200 "7 {at}/request/7";

    row "`&mut Response`" both
    #[get("/response/:n")]
    fn response(res: &mut Response, n: u16) { { res.status(n); "said".to_owned() } }
        "GET /response/202" => 202 "said";

    row "`&T`" both
    #[get("/context/:n")]
    fn context(site: &Site, n: u8, user: &User) { format!("{} {n} {}", site.name, user.id) }
        "GET /context/1" => 200 "acme 1 7";

    row "`&Shared<T>`" both
    #[get("/shared/:n")]
    fn shared(site: &Shared<Site>, n: u8, user: &User) { format!("{} {n} {}", site.get().name, user.id) }
        "GET /shared/1" => 200 "acme 1 7";

    row "`&mut T`" both
    #[get("/changed/:n")]
    fn changed(n: u64, user: &mut User) { { user.id += n; user.id.to_string() } }
        "GET /changed/2" => 200 "9";

    row "`Json<T>`" both
    #[post("/json/:n")]
    fn json(Json(owned): Json<Owned>, n: u8) { format!("{} {:?} {n}", owned.name, owned.tag) }
        "POST /json/1 | {\"name\":\"a\\n\",\"tag\":[\"x\"]}" => 200 "a\n [\"x\"] 1";

    row "`Json<T>`" both
    #[post("/lent-json")]
    fn lent_json(lent: Json<Lent<'_>>) { format!("{} {:?}", lent.0.name, lent.0.tag) }
        "POST /lent-json | {\"name\":\"a\",\"tag\":[\"x\"]}" => 200 "a [\"x\"]";

    row "`Form<T>`" both
    #[post("/form")]
    fn form(Form(form): Form<Lent<'_>>, req: &Request) { format!("{} {:?} {}", form.name, form.tag, req.method()) }
        "POST /form | name=a+b&tag=x&tag=y%26" => 200 "a b [\"x\", \"y&\"] POST";
        "POST /form | tag=x" => 400 "form: missing field `name`";

    row "`Query<T>`" both
    #[get("/query")]
    fn query(Query(query): Query<Owned>) { format!("{} {:?}", query.name, query.tag) }
        "GET /query?name=a&tag=x&tag=y" => 200 "a [\"x\", \"y\"]";
        "GET /query?name=a&name=b" => 400 "query parameter `name`: given more than once";

    row "`Valid<…>` of these three" both
    #[post("/valid-json")]
    fn valid_json(Valid(Json(short)): Valid<Json<Short<'_>>>) { short.name.to_owned() }
        "POST /valid-json | {\"name\":\"abc\"}" => 200 "abc";
        "POST /valid-json | {\"name\":\"abcd\"}" => 422 "not valid: name: length is greater than 3";

    row "`Valid<…>` of these three" both
    #[post("/valid-form")]
    fn valid_form(Valid(Form(short)): Valid<Form<Short<'_>>>) { short.name.to_owned() }
        "POST /valid-form | name=abc" => 200 "abc";
        "POST /valid-form | name=abcd" => 422 "not valid: name: length is greater than 3";

    row "`Valid<…>` of these three" both
    #[get("/valid-query")]
    fn valid_query(short: Option<Valid<Query<Short<'_>>>>) { short.map_or("none", |short| short.0.0.name).to_owned() }
        "GET /valid-query?name=abc" => 200 "abc";
        "GET /valid-query?name=abcd" => 200 "none";

    row "`Header<T>`" both
    #[get("/header")]
    fn header(Header(depth): Header<Depth>, Header(label): Header<Label<'_>>) { format!("{} {}", depth.0, label.0) }
        "GET /header X-Depth: 3 X-Label: l" => 200 "3 l";
        "GET /header X-Label: l" => 400 "the header `x-depth` is missing";
        "GET /header X-Depth: x" => 400 "header `x-depth`: invalid digit found in string";

    row "`Header<T>`" both
    #[get("/bearer")]
    fn bearer(token: Header<Bearer<'_>>, agent: Option<Header<UserAgent<'_>>>) { format!("{} {:?}", token.0.0, agent.map(|agent| agent.0.0)) }
        "GET /bearer Authorization: bearer~x User-Agent: test" => 200 "x Some(\"test\")";
        "GET /bearer authorization: basic~x" => 401 "this needs a bearer token";
        "GET /bearer" => 401 "this needs a bearer token";

    row "`Cookies`" both
    #[get("/cookies")]
    fn cookies(cookies: Cookies<'_>) { format!("{:?} {}", cookies.get("b"), cookies.iter().count()) }
        "GET /cookies Cookie: a=1;b=2" => 200 "Some(\"2\") 2";

    row "`&[u8]`" both
    #[post("/slice")]
    fn slice(body: &[u8]) { body.len().to_string() }
        "POST /slice | four" => 200 "4";
        "POST /slice" => 200 "0";

    row "`Bytes`" both
    #[post("/bytes")]
    fn bytes(body: Bytes) { format!("{body:?}") }
        "POST /bytes | four" => 200 "b\"four\"";

    row "`Body`" later
    #[post("/body/:n")]
    fn body(body: Body<'_>, n: u8) { match body.limit(5).bytes().await {
        Ok(bytes) => format!("{n} {}", bytes.len()),
        Err(error) => format!("{n} {}", error.code()),
    } }
        "POST /body/1 | four" => 200 "1 4";
        "POST /body/1 | sixsix" => 200 "1 413";

    row "a type with `FromRequest`" both
    #[get("/own")]
    fn own(language: Language<'_>) { language.0.to_owned() }
        "GET /own" => 200 "en";
        "GET /own Accept-Language: de" => 200 "de";

    row "a type with `AsyncFromRequest`" later
    #[get("/session")]
    fn session(session: Session) { session.0 }
        "GET /session X-Token: t" => 200 "t";
        "GET /session" => 401 "no token";

    row "`Option<…>` of an extractor" both
    #[post("/maybe")]
    fn maybe(n: Option<Json<u8>>) { format!("{n:?}") }
        "POST /maybe | 7" => 200 "Some(Json(7))";
        "POST /maybe | x" => 200 "None";

    row "`Option<…>` of an extractor" later
    #[get("/maybe-session")]
    fn maybe_session(session: Option<Session>) { session.map_or_else(|| "none".into(), |session| session.0) }
        "GET /maybe-session X-Token: t" => 200 "t";
        "GET /maybe-session" => 200 "none";

    row "`Result<…>` of an extractor" both
    #[post("/tried")]
    fn tried(n: Result<Form<Owned>, Error>) { n.map_or_else(|error| error.to_string(), |form| form.0.name) }
        "POST /tried | name=a" => 200 "a";
        "POST /tried | x=a" => 200 "form: missing field `name`";

    row "`Result<…>` of an extractor" later
    #[get("/tried-session")]
    fn tried_session(session: Result<Session>) { session.map_or_else(|error| error.to_string(), |session| session.0) }
        "GET /tried-session X-Token: t" => 200 "t";
        "GET /tried-session" => 200 "no token";
}

/// `METHOD path Name: value … | body`, asked at this prefix; a blank in a value is written `~`.
fn ask(client: &Client, at: &str, request: &str) -> httpz::testing::Reply {
    let (head, body) = request.split_once(" | ").unwrap_or((request, ""));
    let mut words = head.split(' ');
    let method = Method::from_bytes(words.next().unwrap().as_bytes()).unwrap();
    let mut draft = client.request(method, &format!("{at}{}", words.next().unwrap()));
    while let (Some(name), Some(value)) = (words.next(), words.next()) {
        draft = draft.header(name.trim_end_matches(':'), &value.replace('~', " "));
    }
    draft.body(body.as_bytes().to_vec()).send()
}

#[test]
fn every_argument_is_read_in_sync_and_async_handlers() {
    let client = Client::new(App::new(Site { name: "acme" }, |r| {
        r.group("", |g| {
            g.guard(place)
                .group("/sync", |g| sync::routes().into_iter().fold(g, Group::mount))
                .group("/async", |g| g.mount(later::routes()))
        })
    }));
    for &(name, sync, request, status, answer) in ARGUMENT_REQUESTS {
        for at in if sync { &["/sync", "/async"][..] } else { &["/async"] } {
            let reply = ask(&client, at, request);
            let answer = answer.replace("{at}", at);
            let got = (reply.code(), String::from_utf8_lossy(reply.body()).into_owned());
            assert_eq!(got, (status, answer), "{name}{at}: {request}");
        }
    }
}

#[test]
fn every_documented_argument_has_a_row() {
    let mut rows = ARGUMENT_ROWS.to_vec();
    rows.dedup();
    assert_eq!(rows, documented("Arguments"));
}

/// One row for each return value: where it stands in the documentation, the type, the value, and the
/// status, type and body that come of it.
macro_rules! returned {
    ($($row:literal $name:ident: $type:ty = $value:expr => $status:literal $kind:literal $body:literal;)*) => {
        const RETURN_ROWS: &[&str] = &[$($row),*];
        const RETURNED: &[(&str, u16, &str, &str)] =
            &[$((stringify!($name), $status, $kind, $body)),*];

        mod returned_now {
            use super::*;
            $(#[get("/")] pub(super) fn $name() -> $type { $value })*
        }

        mod returned_later {
            use super::*;
            $(#[get("/")] pub(super) async fn $name() -> $type { $value })*
        }

        fn returning(client: &str) -> App<()> {
            let later = client == "async";
            App::new((), |r| {
                $(let r = r.group(concat!("/", stringify!($name)), |g| match later {
                    false => g.mount(routes![returned_now::$name]),
                    true => g.mount(routes![returned_later::$name]),
                });)*
                r
            })
        }
    };
}

const TEXT: &str = "text/plain; charset=utf-8";
const BINARY: &str = "application/octet-stream";

#[derive(HttpError)]
enum Refusal {
    #[status(418, "short and stout")]
    Teapot,
}

struct Csv;

impl Respond for Csv {
    fn respond(self, res: &mut Response) -> Result {
        (ContentType::Csv, "1,2").respond(res)
    }
}

returned! {
    "`()`" nothing: () = () => 200 "" "";
    "`&str`, `String`, `Cow<str>`, `Box<str>`" text: &'static str = "t" => 200 "text" "t";
    "`&str`, `String`, `Cow<str>`, `Box<str>`" string: String = "t".into() => 200 "text" "t";
    "`&str`, `String`, `Cow<str>`, `Box<str>`" cow: Cow<'static, str> = Cow::Borrowed("t") => 200 "text" "t";
    "`&str`, `String`, `Cow<str>`, `Box<str>`" boxed: Box<str> = "t".into() => 200 "text" "t";
    "`&[u8]`, `&[u8; N]`, `Vec<u8>`, `Bytes`, `Content`" slice: &'static [u8] = b"b" => 200 "binary" "b";
    "`&[u8]`, `&[u8; N]`, `Vec<u8>`, `Bytes`, `Content`" array: &'static [u8; 1] = b"b" => 200 "binary" "b";
    "`&[u8]`, `&[u8; N]`, `Vec<u8>`, `Bytes`, `Content`" vec: Vec<u8> = vec![b'b'] => 200 "binary" "b";
    "`&[u8]`, `&[u8; N]`, `Vec<u8>`, `Bytes`, `Content`" bytes: Bytes = Bytes::from_static(b"b") => 200 "binary" "b";
    "`&[u8]`, `&[u8; N]`, `Vec<u8>`, `Bytes`, `Content`" content: Content = Content::from("b") => 200 "binary" "b";
    "`Json<T>`" json: Json<BTreeMap<&'static str, u8>> = Json([("a", 1)].into()) => 200 "application/json" "{\"a\":1}";
    "`Html<T>`" html: Html<&'static str> = Html("<p>") => 200 "text/html; charset=utf-8" "<p>";
    "`Redirect`" redirect: Redirect = Redirect::to("/x") => 303 "" "";
    "`Status`" status: Status = Status(204) => 204 "" "";
    "`(Status, T)`" with_status: (Status, &'static str) = (Status(201), "t") => 201 "text" "t";
    "`(ContentType, T)`" with_type: (ContentType, String) = (ContentType::Css, "c".into()) => 200 "text/css; charset=utf-8" "c";
    "`Chunks`" chunks: Chunks = Chunks::each(["a", "b"]) => 200 "binary" "ab";
    "`Chunks`" some_chunks: Result<(Status, Chunks)> = Ok((Status(202), Chunks::new(async |res| res.chunk("c").await))) => 202 "binary" "c";
    "`Subscription`, `EventStream<F>`" subscription: Subscription = {
        let channel = Channel::new(2);
        let subscription = channel.subscribe();
        channel.publish(Event::new("e"));
        subscription
    } => 200 "text/event-stream" "data: e\n\n";
    "`Subscription`, `EventStream<F>`" events: EventStream<Countdown> = EventStream(Countdown(1)) => 200 "text/event-stream" "data: 0\n\n";
    "`Option<T>`" some: Option<&'static str> = Some("t") => 200 "text" "t";
    "`Option<T>`" none: Option<&'static str> = None => 404 "text" "Not Found";
    "`Result<T, E>`" ok: Result<&'static str, std::num::ParseIntError> = Ok("t") => 200 "text" "t";
    "`Result<T, E>`" foreign: Result<String, std::num::ParseIntError> = "x".parse::<u8>().map(|n| n.to_string()) => 500 "text" "Internal Server Error";
    "`Result<T, E>`" refused: Result<(), Refusal> = Err(Refusal::Teapot) => 418 "text" "short and stout";
    "`Error`" error: Error = Error::status(409, "again") => 409 "text" "again";
    "`impl Respond`" opaque: impl Respond = (Status(203), "t") => 203 "text" "t";
    "a type with `Respond`" own: Csv = Csv => 200 "text/csv; charset=utf-8" "1,2";
}

#[test]
fn every_return_value_is_answered_from_sync_and_async_handlers() {
    for way in ["sync", "async"] {
        let client = Client::new(returning(way));
        for &(name, status, kind, body) in RETURNED {
            let reply = client.get(&format!("/{name}/"));
            let kind = match kind {
                "text" => TEXT,
                "binary" => BINARY,
                kind => kind,
            };
            let got = (
                reply.code(),
                reply.find_header("content-type").unwrap_or_default(),
                String::from_utf8_lossy(reply.body()).into_owned(),
            );
            assert_eq!(got, (status, kind, body.to_owned()), "{way} {name}");
        }
    }
}

#[test]
fn every_documented_return_value_has_a_row() {
    let mut rows = RETURN_ROWS.to_vec();
    rows.dedup();
    assert_eq!(rows, documented("Return values"));
}

#[test]
fn only_the_head_of_chunks_is_sent_to_head() {
    let client = Client::new(returning("sync"));
    client.head("/chunks/").status(200).header("content-type", BINARY).text("");
}
