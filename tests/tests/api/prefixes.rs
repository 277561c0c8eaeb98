//! Routes that have to do with the prefix of their group: that answer at it, or take arguments from it.

use std::net::TcpListener;

use httpz::RouteError;
use httpz::ext::openapi::OpenApi;
use httpz::prelude::*;
use httpz::testing::Client;
use serde_json::Value;

#[get("", "/about")]
fn own(req: &Request) -> String {
    format!("own {}", req.path())
}

/// What a user has written.
#[get("", "/newest", under = "/users/:user")]
fn posts(user: u64) -> String {
    format!("posts of {user}")
}

#[get("/:post", under = "/users/:user/posts")]
async fn post(post: &str, user: u64) -> String {
    format!("{post} of {user}")
}

#[post("/posts/:post")]
#[httpz::put("/drafts/:draft", under = "/users/:user")]
fn write(user: u64, post: Option<u8>, draft: Option<u8>) -> String {
    format!("{user} {post:?} {draft:?}")
}

struct Site;

#[actions]
impl Site {
    #[get("/name", under = "/sites/:site/")]
    fn name(&self, site: &str) -> String {
        site.to_owned()
    }
}

fn app() -> App<Site> {
    App::new(Site, |r| {
        r.group("/users/:user", |g| {
            g.mount(routes![posts, write]).group("/posts", |g| g.mount(routes![post]))
        })
        .group("/sites/:site", |g| g.mount(Site::routes()))
    })
}

#[test]
fn an_empty_path_is_the_prefix_of_the_group() {
    let client = Client::new(App::new((), |r| r.group("/my", |g| g.mount(routes![own]))));
    client.get("/my").text("own /my");
    client.get("/my/about").text("own /my/about");
    client.get("/my/").status(404);
    assert_eq!(own::url(), "");
}

#[test]
fn an_empty_path_at_the_root_is_a_slash() {
    let client = Client::new(App::new((), |r| r.mount(routes![own])));
    client.get("/").text("own /");
    let client = Client::new(App::new((), |r| r.with(|r| r.get("", handler(|_, _| "plain")))));
    client.get("/").text("plain");
    let slashed = App::new((), |r| r.get("/", handler(|_, _| "")).mount(routes![own]));
    let error = slashed.build().expect_err("both answer `/`").to_string();
    assert!(error.contains("GET `/` of") && error.contains("::own`"), "{error}");
}

#[test]
fn arguments_come_from_the_prefix_too() {
    let client = Client::new(app());
    client.get("/users/7").text("posts of 7");
    client.get("/users/7/newest").text("posts of 7");
    client.get("/users/x").status(400).text("path parameter `user` is not a u64: `x`");
    client.get("/users/7/posts/first").text("first of 7");
    client.post("/users/7/posts/1", 0).text("7 Some(1) None");
    client.put("/users/7/drafts/2", 0).text("7 None Some(2)");
    client.get("/sites/acme/name").text("acme");
}

#[test]
fn the_url_of_such_a_route_is_whole() {
    assert_eq!(posts::url(7), "/users/7");
    assert_eq!(post::url(7, "a b"), "/users/7/posts/a%20b");
    assert_eq!(write::url(7, 1), "/users/7/posts/1");
    assert_eq!(Site::name_url("acme"), "/sites/acme/name");
    assert_eq!(posts::META.under(), "/users/:user");
    assert_eq!(posts::META.answers().nth(1).map(|answers| answers.path), Some("/newest"));
}

#[test]
fn a_route_that_stands_elsewhere_is_refused_with_what_it_expects() {
    let mounted = |prefix: &'static str| {
        App::new((), move |r| r.group(prefix, |g| g.mount(routes![post]))).build()
    };
    for prefix in ["/users/:user/posts", "/users/:user/posts/"] {
        assert!(mounted(prefix).is_ok(), "{prefix}");
    }
    for (prefix, place) in [
        ("", "at the root"),
        ("/users/:user", "under `/users/:user`"),
        // Guards of the group look for `id`, the route for `user`: one of them would find nothing.
        ("/users/:id/posts", "under `/users/:id/posts`"),
        ("/v1/users/:user/posts", "under `/v1/users/:user/posts`"),
    ] {
        let error = mounted(prefix).expect_err(prefix);
        assert_eq!(
            error.to_string(),
            format!(
                "routes cannot be registered: `/:post` of `api::prefixes::post` stands under \
                 `/users/:user/posts`, but is mounted {place}: mount it in \
                 `group(\"/users/:user/posts\", …)`, or say the prefix it has by `under`"
            )
        );
        assert!(matches!(error.errors(), [RouteError::Elsewhere { .. }]));
    }
    let error = App::new((), |r| r.mount(routes![posts])).build().expect_err("at the root");
    let expected = "registered: `api::prefixes::posts` stands under `/users/:user`, but";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn nothing_is_bound_where_a_route_stands_elsewhere() {
    // The address is taken, but that is not what is told.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let error = App::new((), |r| r.mount(routes![post])).start_on(taken.local_addr().unwrap());
    let error = error.expect_err("neither the route nor the address is right").to_string();
    assert!(error.contains("stands under `/users/:user/posts`"), "{error}");
}

#[test]
fn tables_and_documents_show_whole_paths() {
    let table = app().routes().to_string();
    assert!(table.contains("GET   /users/:user/posts/:post    post\n"), "{table}");
    let client = Client::new(app().openapi(OpenApi::new("Posts", "1")));
    let document: Value = client.get("/openapi.json").read_json();
    let own = &document["paths"]["/users/{user}"]["get"];
    assert_eq!(own["summary"], "What a user has written.");
    let post = &document["paths"]["/users/{user}/posts/{post}"]["get"]["parameters"];
    let mut described: Vec<_> =
        post.as_array().unwrap().iter().map(|p| (&p["name"], &p["schema"]["type"])).collect();
    described.sort_by_key(|(name, _)| name.to_string());
    assert_eq!(
        described,
        [(&json!("post"), &json!("string")), (&json!("user"), &json!("integer"))]
    );
}
