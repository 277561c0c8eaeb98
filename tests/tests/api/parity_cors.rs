//! Row 48 of the feature list: pages of other origins (CORS), as the Fetch standard has it.

use std::time::Duration;

use httpz::prelude::*;
use httpz::testing::{Client, Reply};
use httpz::{Cors, RouteError};

const A: &str = "https://a.example";
const B: &str = "https://b.example";
const EVIL: &str = "https://evil.example";

const ORIGIN: &str = "access-control-allow-origin";
const METHODS: &str = "access-control-allow-methods";
const HEADERS: &str = "access-control-allow-headers";
const CREDENTIALS: &str = "access-control-allow-credentials";
const EXPOSED: &str = "access-control-expose-headers";
const MAX_AGE: &str = "access-control-max-age";

fn hello() -> impl Fn(&Request, &mut Response) -> &'static str + Send + Sync {
    handler(|_, _| "hello")
}

fn never(_: &mut Shared<()>, _: &Request) -> Result<Shared<()>> {
    Err(Error::status(403, "no"))
}

fn routes(r: httpz::Router<()>) -> httpz::Router<()> {
    r.get("/", hello())
        .put("/", hello())
        .get("/slow", async_handler(async |_, res| res.chunk("bit by bit").await))
        .get("/fails", handler(|_, _| Err::<(), _>(Error::status(500, "broken"))))
        .get("/panics", |_: &Request, _: &mut Response| -> &'static str { panic!("on purpose") })
        .with(|r| r.guard(never).get("/guarded", hello()))
        .all("/all", hello())
        .options("/own", hello())
}

/// Asks as a page of this origin.
fn ask(client: &Client, origin: &str, method: Method, path: &str) -> Reply {
    client.request(method, path).header("origin", origin).send()
}

/// Asks, as a browser does for a page of this origin, whether it may send this method.
fn preflight(client: &Client, origin: &str, method: &str, path: &str) -> Reply {
    let draft = client.request(Method::Options, path).header("origin", origin);
    draft
        .header("access-control-request-method", method)
        .header("access-control-request-headers", "content-type, x-own")
        .send()
}

#[test]
fn row_48_the_originals_example_sends_what_it_sent() {
    let cors = Cors::origin("https://httpz.local")
        .headers(["content-type"])
        .methods([Method::Get, Method::Post])
        .max_age(Duration::from_secs(300));
    let client = Client::new(App::new((), routes).cors(cors));
    preflight(&client, "https://httpz.local", "POST", "/")
        .status(204)
        .header(ORIGIN, "https://httpz.local")
        .header(HEADERS, "content-type")
        .header(METHODS, "GET, POST")
        .header(MAX_AGE, "300")
        .no_header("vary")
        .text("");
    // One origin is told to everybody, asked or not, so caches need not tell askers apart.
    client.get("/").header(ORIGIN, "https://httpz.local").no_header("vary").no_header(METHODS);
    ask(&client, EVIL, Method::Get, "/").header(ORIGIN, "https://httpz.local");
}

#[test]
fn row_48_every_answer_says_so_errors_included() {
    let client = Client::new(App::new((), routes).cors(Cors::origins([A, B])));
    for (method, path, status) in [
        (Method::Get, "/", 200),
        (Method::Head, "/", 200),
        (Method::Get, "/slow", 200),
        (Method::Get, "/nowhere", 404),
        (Method::Delete, "/", 405),
        (Method::Get, "/guarded", 403),
        (Method::Get, "/fails", 500),
        (Method::Get, "/panics", 500),
        (Method::Options, "/", 204),
        (Method::Options, "/own", 200),
    ] {
        let reply = ask(&client, B, method, path).status(status).header(ORIGIN, B);
        // What errors look like depends on what the client accepts as well.
        let vary: &[&str] = if status < 400 { &["Origin"] } else { &["Origin", "Accept"] };
        assert_eq!(reply.find_headers("vary").collect::<Vec<_>>(), vary, "{reply}");
        assert_eq!(reply.find_headers(ORIGIN).count(), 1, "{reply}");
    }
    ask(&client, B, Method::Delete, "/").header("allow", "GET, HEAD, PUT, OPTIONS");
    // Requests that no handler sees.
    let request = |head: &str| format!("{head}\nHost: a\nOrigin: {B}\n\n").replace('\n', "\r\n");
    let too_long = request("PUT / HTTP/1.1\nContent-Length: 99999999");
    client.send(too_long.as_bytes()).status(413).header(ORIGIN, B).header("vary", "Origin");
}

#[test]
fn row_48_origins_that_are_not_meant_are_told_nothing() {
    let client = Client::new(App::new((), routes).cors(Cors::origins([A, B]).credentials()));
    for origin in [EVIL, "null", "https://a.example.evil.example", "http://a.example", ""] {
        // The answer depends on who asks all the same.
        ask(&client, origin, Method::Get, "/")
            .status(200)
            .no_header(ORIGIN)
            .no_header(CREDENTIALS)
            .header("vary", "Origin");
        preflight(&client, origin, "PUT", "/")
            .status(204)
            .no_header(ORIGIN)
            .no_header(METHODS)
            .header("vary", "Origin");
    }
    client.get("/").no_header(ORIGIN).header("vary", "Origin");
    ask(&client, A, Method::Get, "/").header(ORIGIN, A).header(CREDENTIALS, "true");
}

#[test]
fn row_48_preflights_are_answered_before_everything_else() {
    let client = Client::new(App::new((), routes).cors(Cors::origin(A)));
    for (path, methods) in [
        ("/", "GET, HEAD, PUT, OPTIONS"),
        ("/guarded", "GET, HEAD, OPTIONS"),
        ("/own", "OPTIONS"),
        ("/nowhere", "GET, HEAD, PUT, OPTIONS"),
    ] {
        preflight(&client, A, "GET", path).status(204).header(METHODS, methods).text("");
    }
    preflight(&client, A, "GET", "/all").status(204).text("");
    // Without the method that is asked about it is an OPTIONS request like any other.
    ask(&client, A, Method::Options, "/").header("allow", "GET, HEAD, PUT, OPTIONS");
    ask(&client, A, Method::Options, "/own").status(200).text("hello");
}

#[test]
fn row_48_any_origin_is_a_star_and_never_with_credentials() {
    let client = Client::new(App::new((), routes).cors(Cors::any_origin()));
    ask(&client, EVIL, Method::Get, "/").header(ORIGIN, "*").no_header("vary");
    client.get("/nowhere").status(404).header(ORIGIN, "*");

    let both = App::new((), |r| {
        r.group("/a", |g| g.cors(Cors::any_origin().credentials()).get("/", hello()))
    });
    let error = both.cors(Cors::origin("a.example")).build().expect_err("two mistakes");
    let fields: Vec<_> = error
        .errors()
        .iter()
        .map(|error| match error {
            RouteError::Cors(error) => error.field(),
            other => panic!("{other}"),
        })
        .collect();
    assert_eq!(fields, ["cors.credentials", "cors.origin"]);
    assert!(error.to_string().contains("name the origins with `Cors::origins`"), "{error}");
}

#[test]
fn row_48_a_predicate_decides_about_origins() {
    let cors = Cors::origin_if(|origin| origin.ends_with(".a.example")).credentials();
    let client = Client::new(App::new((), routes).cors(cors));
    ask(&client, "https://x.a.example", Method::Get, "/")
        .header(ORIGIN, "https://x.a.example")
        .header(CREDENTIALS, "true")
        .header("vary", "Origin");
    ask(&client, EVIL, Method::Get, "/").no_header(ORIGIN).header("vary", "Origin");
}

#[test]
fn row_48_fields_are_let_in_and_out_by_name() {
    let cors = Cors::origin(A).any_header().expose(["x-total", "etag"]);
    let client = Client::new(App::new((), routes).cors(cors));
    preflight(&client, A, "PUT", "/").header(HEADERS, "content-type, x-own").no_header(EXPOSED);
    client.get("/").header(EXPOSED, "x-total, etag").no_header(HEADERS);
    client.get("/fails").status(500).header(EXPOSED, "x-total, etag");

    let client = Client::new(App::new((), routes).cors(Cors::origin(A)));
    preflight(&client, A, "PUT", "/").no_header(HEADERS).no_header(MAX_AGE);
    client.get("/").no_header(EXPOSED);
}

/// Whatever was asked for was sent back: more than the fields of an answer may have made it a 500 with a
/// line in the log, for everybody who wanted one.
#[test]
fn row_48_only_a_list_of_names_is_let_in_because_it_was_asked_for() {
    let client = Client::new(App::new((), routes).cors(Cors::origins([A, B]).any_header()));
    let asked = |names: &str| {
        let draft = client.request(Method::Options, "/").header("origin", A);
        let draft = draft.header("access-control-request-method", "PUT");
        draft.header("access-control-request-headers", names).send().status(204).header(ORIGIN, A)
    };
    asked("x-a,x-b ,\tx-c").header(HEADERS, "x-a,x-b ,\tx-c");
    for names in [&"x-a,".repeat(2000), "", "x-a,,x-b", "x a", "x-a: b", "<script>", "caf\u{e9}"] {
        asked(names).no_header(HEADERS);
    }
}

#[test]
fn row_48_a_group_has_its_own() {
    let app = App::new((), |r| {
        r.get("/plain", hello())
            .post("/both", hello())
            .group("/api", |g| {
                g.cors(Cors::origin(A))
                    .get("/a", hello())
                    .get("/fails", handler(|_, _| Err::<(), _>(Error::status(500, "broken"))))
                    .group("/open", |g| g.cors(Cors::any_origin()).guard(never).put("/b", hello()))
            })
            .with(|r| r.cors(Cors::origin(B)).put("/both", hello()))
    });
    let client = Client::new(app);
    client.get("/plain").no_header(ORIGIN);
    client.get("/api/a").header(ORIGIN, A);
    client.get("/api/fails").status(500).header(ORIGIN, A);
    client.delete("/api/a").status(405).header(ORIGIN, A);
    client.put("/api/open/b", 1).status(403).header(ORIGIN, "*");
    preflight(&client, EVIL, "PUT", "/api/open/b").status(204).header(ORIGIN, "*");
    // Of two routes of one path each speaks for its method.
    preflight(&client, B, "PUT", "/both").header(ORIGIN, B).header(METHODS, "PUT, OPTIONS");
    preflight(&client, B, "POST", "/both").no_header(ORIGIN).header("allow", "POST, PUT, OPTIONS");
    client.post("/both", 1).no_header(ORIGIN);
}

#[test]
fn row_48_pages_can_read_the_404s_below_the_prefix_of_a_group() {
    let routes = |r: httpz::Router<()>| {
        r.group("/api", |g| {
            g.cors(Cors::origin(A))
                .get("/a", hello())
                .group("/open", |g| g.cors(Cors::any_origin()).get("/b", hello()))
                // What holds for one route says nothing about the paths beside it.
                .with(|r| r.cors(Cors::origin(B)).get("/c", hello()))
        })
        .group("/teams/:team", |g| g.get("/early", hello()).cors(Cors::origins([A, B])))
        .with(|r| r.cors(Cors::origin(B)).get("/d", hello()))
    };
    let client = Client::new(App::new((), routes));
    for path in ["/api", "/api/", "/api/nowhere", "/api/no/where", "/api/c/"] {
        client.get(path).status(404).header(ORIGIN, A);
    }
    client.get("/api/open/nowhere").status(404).header(ORIGIN, "*");
    let reply = ask(&client, B, Method::Get, "/teams/red/nowhere").status(404).header(ORIGIN, B);
    assert_eq!(reply.find_headers("vary").collect::<Vec<_>>(), ["Origin", "Accept"], "{reply}");
    ask(&client, EVIL, Method::Get, "/teams/red/nowhere")
        .no_header(ORIGIN)
        .header("vary", "Origin");
    preflight(&client, A, "GET", "/api/nowhere").status(204).header(ORIGIN, A);
    for path in ["/", "/d/", "/apis", "/nowhere", "/teams/red/early"] {
        client.get(path).no_header(ORIGIN);
    }

    // The application's own goes for what is in no such group.
    let client = Client::new(App::new((), routes).cors(Cors::origin(EVIL)));
    client.get("/nowhere").status(404).header(ORIGIN, EVIL);
    let reply = client.get("/api/nowhere").status(404).header(ORIGIN, A);
    assert_eq!(reply.find_headers(ORIGIN).count(), 1, "{reply}");
    let handled = App::new((), routes)
        .not_found(|_: &Request, _: &mut Response| "nothing here")
        .match_any_case();
    Client::new(handled).get("/API/nowhere").status(404).header(ORIGIN, A).text("nothing here");
}

#[test]
fn row_48_a_group_goes_before_the_application() {
    let app = App::new((), |r| {
        r.get("/", hello()).group("/b", |g| g.cors(Cors::origin(B)).get("/", hello()))
    });
    let client = Client::new(app.cors(Cors::origin(A)));
    client.get("/").header(ORIGIN, A);
    assert_eq!(client.get("/b/").find_headers(ORIGIN).collect::<Vec<_>>(), [B]);
    client.get("/b/x").status(404).header(ORIGIN, B);
    client.get("/x").status(404).header(ORIGIN, A);
}

#[test]
fn row_48_marks_outlast_a_dispatcher_that_begins_anew() {
    async fn anew<C: 'static>(
        next: Next<'_, C>,
        cx: &mut C,
        req: &Request,
        res: &mut Response,
    ) -> Result {
        next.run(cx, req, res).await?;
        res.clear();
        next.run(cx, req, res).await
    }
    let app = App::new((), |r| r.dispatch(anew).get("/", hello())).cors(Cors::origins([A, B]));
    let reply = ask(&Client::new(app), A, Method::Get, "/").header(ORIGIN, A).text("hello");
    assert_eq!(reply.find_headers("vary").count(), 1);
}

#[test]
fn row_48_without_cors_nothing_is_said() {
    let client = Client::new(App::new((), routes));
    let reply =
        preflight(&client, A, "GET", "/").status(204).header("allow", "GET, HEAD, PUT, OPTIONS");
    for name in [ORIGIN, METHODS, HEADERS, CREDENTIALS, EXPOSED, MAX_AGE, "vary"] {
        assert_eq!(reply.find_header(name), None);
    }
}

#[test]
fn row_48_a_policy_names_only_the_methods_it_holds_for() {
    let app = App::new((), |r| {
        r.with(|r| r.cors(Cors::origin(A).credentials()).get("/a", hello()).put("/a", hello()))
            .with(|r| r.cors(Cors::origin(B)).patch("/a", hello()))
            .delete("/a", hello())
    });
    let client = Client::new(app);
    // A browser remembers all of them and asks no more: a page of A would get DELETE for the price of PUT.
    preflight(&client, A, "PUT", "/a").header(METHODS, "GET, HEAD, PUT, OPTIONS");
    preflight(&client, B, "PATCH", "/a").header(METHODS, "OPTIONS, PATCH");
    // Nobody may delete; nor does a method without a route take the policy of another along.
    preflight(&client, A, "DELETE", "/a").no_header(ORIGIN).no_header(METHODS);
    preflight(&client, A, "QUERY", "/a").header(METHODS, "GET, HEAD, PUT, OPTIONS");
}

#[test]
fn row_48_a_route_for_options_does_not_answer_for_methods_under_another_policy() {
    let adds: [fn(httpz::Router<()>) -> httpz::Router<()>; 2] =
        [|r| r.options("/a", hello()), |r| r.all("/a", hello())];
    for add in adds {
        let app = App::new((), |r| {
            r.with(|r| add(r.cors(Cors::origin(A))).put("/a", hello()))
                .with(|r| r.cors(Cors::origin(B)).patch("/a", hello()))
                .delete("/a", hello())
        });
        let client = Client::new(app);
        preflight(&client, A, "PUT", "/a").status(204).header(ORIGIN, A);
        preflight(&client, A, "DELETE", "/a").no_header(METHODS);
        preflight(&client, B, "PATCH", "/a").status(204).header(ORIGIN, B).header(METHODS, "PATCH");
    }
}

#[test]
fn row_48_a_route_for_all_methods_lets_pages_use_the_one_they_ask_for() {
    let app = App::new((), |r| r.all("/all", hello()).put("/all", hello()));
    let client = Client::new(app.cors(Cors::origin(A)));
    preflight(&client, A, "PURGE", "/all").header(METHODS, "HEAD, PUT, OPTIONS, PURGE");
    preflight(&client, A, "PUT", "/all").header(METHODS, "HEAD, PUT, OPTIONS");
}
