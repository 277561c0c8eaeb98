//! What a route attribute can say besides one path, and where it can stand.

use httpz::prelude::*;
use httpz::testing::Client;

#[get("/", "/index.html")]
#[head("/status")]
#[route(PURGE, "/")]
fn several(req: &Request) -> String {
    format!("{} {}", req.method(), req.path())
}

#[get("/users/:id")]
#[httpz::post("/users")]
fn sometimes(id: Option<u8>) -> String {
    format!("{id:?}")
}

#[post("/upload", limit = "4B", name = "send a file")]
fn upload(req: &Request) -> String {
    format!("{}", req.body().map_or(0, <[u8]>::len))
}

#[put("/upload", limit = "1KiB")]
async fn upload_later(body: Body<'_>) -> Result<String> {
    Ok(body.bytes().await?.len().to_string())
}

struct User(u64);

#[guard]
fn auth(app: &mut Shared<Site>, req: &Request) -> Result<User> {
    let id = req.header("x-user").and_then(|id| id.parse().ok());
    id.map(|id: u64| User(id + app.first)).ok_or_else(|| Error::status(401, "who are you?"))
}

#[get("/me", guard = auth)]
fn me(user: &User) -> String {
    user.0.to_string()
}

#[post("/me", guard = auth, limit = "2B")]
async fn me_later(user: &mut User) -> String {
    user.0 += 1;
    user.0.to_string()
}

static ACME: Tenant = Tenant { name: "Acme" };

struct Tenant {
    name: &'static str,
}

#[get("/tenant", data = ACME)]
fn tenant(tenant: &Tenant) -> &'static str {
    tenant.name
}

#[get("/tenant/later", data = ACME)]
async fn tenant_later(tenant: &Tenant) -> &'static str {
    tenant.name
}

struct Site {
    first: u64,
}

#[actions]
impl Site {
    /// Adds to the first number.
    #[get("/add/:n", "/plus/:n")]
    fn add(&self, n: u64) -> String {
        (self.first + n).to_string()
    }

    #[post("/add")]
    async fn add_later(&self, Json(n): Json<u64>) -> Json<u64> {
        Json(self.first + n)
    }

    /// Not an action, and not in the way of one.
    fn double(n: u64) -> u64 {
        n * 2
    }

    #[get("/double/:n")]
    fn doubled(n: u64, other: &Self) -> String {
        (Self::double(n) + other.first).to_string()
    }

    #[cfg(any())]
    #[get("/gone")]
    fn gone(&self) -> Nothing {}
}

#[actions(user_routes)]
impl User {
    #[get("/user")]
    fn show(&self) -> String {
        self.0.to_string()
    }

    #[put("/user/:by")]
    fn raise(&mut self, by: u64) -> String {
        self.0 += by;
        self.0.to_string()
    }
}

fn client() -> Client {
    Client::new(App::new(Site { first: 10 }, |r| {
        r.mount(routes![several, sometimes, upload, upload_later, me, me_later])
            .mount(routes![tenant, tenant_later])
            .mount(Site::routes())
            .group("/in", |g| g.guard(<auth as httpz::Guard<_>>::make).mount(User::user_routes()))
    }))
}

#[test]
fn a_function_answers_every_path_of_every_attribute() {
    let client = client();
    client.get("/").text("GET /");
    client.get("/index.html").text("GET /index.html");
    client.head("/status").status(200);
    client.get("/status").status(405).header("allow", "HEAD, OPTIONS");
    let purge = Method::from_bytes(b"PURGE").unwrap();
    client.request(purge, "/").send().text("PURGE /");
    client.request(purge, "/index.html").send().status(405);
    client.get("/users/7").text("Some(7)");
    client.get("/users/x").status(400);
    client.post("/users", 1).text("None");
    let verbs: Vec<String> = several::META.answers().map(|a| a.verb.to_string()).collect();
    assert_eq!(verbs, ["GET", "GET", "HEAD", "PURGE"]);
    assert_eq!((several::url(), sometimes::url(3)), ("/".to_owned(), "/users/3".to_owned()));
}

#[test]
fn a_limit_holds_for_its_route() {
    let client = client();
    let send =
        |method, path: &str, n: usize| client.request(method, path).body(vec![b'x'; n]).send();
    send(Method::Post, "/upload", 4).status(200).text("4");
    send(Method::Post, "/upload", 5).status(413);
    send(Method::Put, "/upload", 1024).status(200).text("1024");
    send(Method::Put, "/upload", 1025).status(413);
}

#[test]
fn a_name_is_what_tables_show() {
    assert_eq!(upload::META.name(), "send a file");
    let app = App::new((), |r| r.mount(routes![upload]));
    assert_eq!(app.routes().to_string(), "POST  /upload  send a file\n");
}

#[test]
fn a_guard_stands_before_the_one_route_that_names_it() {
    let client = client();
    client.get("/me").status(401).text("who are you?");
    // Refused before the body is looked at: it is over the limit, and nobody minds.
    client.post("/me", "too long").status(401);
    let client = client.header("x-user", "7");
    client.get("/me").text("17");
    client.post("/me", 1).text("18");
    client.post("/me", "too long").status(413);
}

#[test]
fn data_of_its_own_takes_the_place_of_the_context() {
    let client = client();
    client.get("/tenant").text("Acme");
    client.get("/tenant/later").text("Acme");
}

#[test]
fn methods_are_actions() {
    let client = client();
    client.get("/add/5").text("15");
    client.get("/plus/6").text("16");
    client.post("/add", 7).json(json!(17));
    client.get("/double/4").text("18");
    client.get("/gone").status(404);
    assert_eq!(Site::add_url(5), "/add/5");
    assert_eq!(Site { first: 1 }.add(2), "3");
}

#[test]
fn methods_of_what_a_guard_makes_are_actions_behind_it() {
    let client = client();
    client.get("/in/user").status(401);
    let client = client.header("x-user", "7");
    client.get("/in/user").text("17");
    client.put("/in/user/3", 0).text("20");
}

#[test]
fn entries_of_a_list_may_depend_on_features() {
    let app = App::new((), |r| {
        r.mount(routes![
            #[cfg(any())]
            missing,
            tenant,
            #[cfg(all())]
            tenant_later,
        ])
    });
    assert_eq!(app.routes().len(), 2);
}

mod hygiene {
    //! Nothing that the user has in scope changes what the macros mean.
    #![no_implicit_prelude]
    #![allow(dead_code, reason = "it only has to stand in the way")]

    pub(super) struct Result;
    struct Option;
    struct Some;
    struct Ok;
    struct Err;
    struct String;
    struct Vec;
    struct Request;
    struct Send;
    struct Fn;
    struct C;
    trait Into {}
    trait Display {}
    #[allow(unused_macros, reason = "it only has to stand in the way")]
    macro_rules! panic {
        () => {
            nothing
        };
    }
    mod core {}
    mod std {}
    mod httpz {}

    #[::httpz::get("/shadowed/:type/:r", name = "x")]
    pub(super) fn shadowed(
        r#type: &str,
        r: ::std::option::Option<u8>,
        c: &C2,
        req: &::httpz::Request,
    ) -> ::std::string::String {
        ::std::format!("{} {:?} {} {}", r#type, r, c.0, req.path())
    }

    #[::httpz::get("/shadowed/later")]
    pub(super) async fn later(res: &mut ::httpz::Response, c: &C2) -> ::httpz::Result {
        res.chunk(c.0).await
    }

    pub(super) struct C2(pub(super) &'static str);

    #[derive(::httpz::Context)]
    struct Api {
        c2: ::httpz::Shared<C2>,
        n: u8,
    }

    #[::httpz::actions]
    impl C2 {
        #[::httpz::get("/action/:async")]
        pub(super) fn action(&self, r#async: u8) -> ::std::string::String {
            ::std::format!("{} {}", self.0, r#async)
        }
    }
}

#[test]
fn shadowed_names_change_nothing() {
    let app = App::new(hygiene::C2("c"), |r| {
        r.mount(routes![hygiene::shadowed, hygiene::later]).mount(hygiene::C2::routes())
    });
    let client = Client::new(app);
    client.get("/shadowed/a/1").text("a Some(1) c /shadowed/a/1");
    client.get("/shadowed/later").text("c");
    client.get("/action/3").text("c 3");
    assert_eq!(hygiene::shadowed::url("x", 2), "/shadowed/x/2");
}

#[test]
fn attributes_work_within_functions() {
    #[get("/local")]
    #[must_use]
    #[deprecated]
    #[inline]
    fn local() -> &'static str {
        "local"
    }
    Client::new(App::new((), |r| r.mount(routes![local]))).get("/local").text("local");
}

/// A macro that takes a function apart and puts it together again.
macro_rules! passed_on {
    ($(#[$attribute:meta])* fn $name:ident($($argument:ident: $ty:ty),*) -> $output:ty $body:block) => {
        $(#[$attribute])* fn $name($($argument: $ty),*) -> $output $body
    };
}

passed_on! {
    /// Passed on.
    #[get("/passed-on/:id")]
    fn passed_on(id: Option<u8>, req: &Request) -> Result<String> {
        Ok(format!("{id:?} {}", req.method()))
    }
}

#[test]
fn a_function_may_be_passed_on_by_a_macro() {
    let client = Client::new(App::new((), |r| r.mount(routes![passed_on])));
    client.get("/passed-on/7").text("Some(7) GET");
    assert_eq!(passed_on::META.doc(), "Passed on.");
}

#[get("/either/:id", "/either")]
fn either(id: Result<Option<u8>>) -> String {
    id.map_or_else(|error| error.to_string(), |id| format!("{id:?}"))
}

#[test]
fn a_parameter_may_be_absent_or_wrong() {
    let client = Client::new(App::new((), |r| r.mount(routes![either])));
    client.get("/either/7").text("Some(7)");
    client.get("/either").text("None");
    client.get("/either/x").text("path parameter `id` is not a u8: `x`");
}

struct Names<'a>(&'a str);

#[actions]
impl<'a> Names<'a> {
    #[get("/names/:which")]
    fn name(&'a self, which: &'a str) -> Result<&'a str, Error> {
        self.0.split(',').find(|name| name.starts_with(which)).or_404()
    }
}

#[test]
fn actions_may_be_of_a_type_that_borrows() {
    let client = Client::new(App::new(Names("ann,bo"), |r| r.mount(Names::routes())));
    client.get(&Names::name_url("b")).text("bo");
    client.get("/names/x").status(404);
}

/** In a block:
 *
 *  * one
 *    two */
#[get("/block")]
fn block() {}

#[test]
fn comments_in_a_block_lose_their_stars() {
    assert_eq!(block::META.doc(), "In a block:\n\n * one\n   two");
}

#[get("/café/:name")]
fn menu(name: &str) -> String {
    name.to_owned()
}

#[get("/100%25/a%20b")]
fn escaped() -> &'static str {
    "escaped"
}

#[get("/*rest")]
fn anything(rest: &str) -> Redirect {
    Redirect::to(anything::url(rest))
}

/// `//evil.example` is a host to browsers: a redirect to where the request had gone led there.
#[test]
fn the_url_of_a_route_stays_on_its_host() {
    let client = Client::new(App::new((), |r| r.mount(routes![anything])));
    client.get("//evil.example/a").header("location", "/%2Fevil.example/a");
    client.get("/%2Fevil.example/a").header("location", "/%2Fevil.example/a");
    client.get("/a//b").header("location", "/a//b");
}

/// A place that an answer has no room for was a 500 with a line in the log, as long as the target, for whoever asked.
#[test]
fn a_redirect_that_no_answer_holds_is_too_long_a_target() {
    let app =
        App::new((), |r| r.get("/users/:id", handler(|_, _| ())).get("/docs/", handler(|_, _| ())));
    let client = Client::new(app.redirect_trailing_slash());
    let long = "a".repeat(5000);
    for path in [format!("/users/{long}/"), format!("/docs?{long}")] {
        client.get(&path).status(414).text("URI Too Long");
    }
    client.get(&format!("/docs?{}", "a".repeat(3000))).status(308);
}

#[test]
fn the_url_of_a_route_leads_to_it() {
    let client = Client::new(App::new((), |r| r.mount(routes![menu, escaped])));
    assert_eq!(menu::url("thé"), "/caf%C3%A9/th%C3%A9");
    client.get(&menu::url("thé")).text("thé");
    client.get(&escaped::url()).text("escaped");
}

/// As if `httpz` were known by this name alone.
mod web {
    pub(super) use httpz as renamed;
}

#[get("/renamed/:id", crate = web::renamed)]
fn renamed(id: u8) -> String {
    id.to_string()
}

#[test]
fn httpz_may_have_another_name() {
    let app = App::new((), |r| r.mount(web::renamed::routes![renamed]));
    Client::new(app).get("/renamed/7").text("7");
}
