//! What a client hears when something goes wrong, and what it never hears.

use httpz::prelude::*;
use httpz::testing::{Client, Exchange};
use serde::Deserialize;

#[derive(Debug)]
struct Secret;

impl std::fmt::Display for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("password is hunter2")
    }
}

impl std::error::Error for Secret {}

#[derive(Deserialize)]
struct Page {
    limit: u8,
}

fn routes(r: httpz::Router<()>) -> httpz::Router<()> {
    r.get("/foreign", handler(|_, _| Err::<(), _>(Secret)))
        .get("/own", handler(|_, _| Err::<(), _>(Error::status(409, "taken").with_source(Secret))))
        .get("/none", handler(|_, _| None::<&str>))
        .get("/panic", |_: &Request, _: &mut Response| {
            if true {
                panic!("password is hunter2");
            }
        })
        .get("/async-panic", async |_: &Request, res: &mut Response| -> Result {
            res.write().await?;
            panic!("too late to be told")
        })
        .get("/half", |_: &Request, res: &mut Response| {
            res.status(201).header("x-half", "1").text("half done");
            Err::<(), _>(Error::status(422, "no"))
        })
        .get("/page", |req: &Request, _: &mut Response| {
            let Query(page) = <Query<Page> as httpz::FromRequest<'_>>::from_request(req)?;
            Ok::<_, Error>(page.limit.to_string())
        })
        .post("/json", handler(|req, _| req.json::<u8>().map(|n| n.to_string())))
}

#[test]
fn errors_are_told_in_plain_text() {
    let client = Client::new(App::new((), routes));
    for (path, status, text) in [
        ("/foreign", 500, "Internal Server Error"),
        ("/own", 409, "taken"),
        ("/none", 404, "Not Found"),
        ("/panic", 500, "Internal Server Error"),
        ("/half", 422, "no"),
        ("/page", 400, "query: missing field `limit`"),
        ("/page?limit=x", 400, "query parameter `limit`: `x` is not a u8"),
        ("/page?limit=5", 200, "5"),
    ] {
        let reply = client.get(path).status(status).text(text).no_header("x-half");
        assert_eq!(reply.find_header("content-type"), Some("text/plain; charset=utf-8"), "{path}");
    }
}

/// As `Err(StatusCode::GONE)` and `.ok_or(StatusCode::NOT_FOUND)?` say it with axum.
#[test]
fn a_status_alone_is_an_error() {
    #[get("/gone")]
    fn gone() -> Result<Json<u8>, Status> {
        Err(Status::GONE)
    }

    #[get("/first/:of")]
    async fn first(of: &str) -> Result<String> {
        Ok(of.chars().find(char::is_ascii_digit).ok_or(Status::NOT_FOUND)?.to_string())
    }

    let client = Client::new(App::new((), |r| r.mount(routes![gone, first])));
    client.get("/gone").status(410).text("Gone");
    client.get("/first/a7").status(200).text("7");
    client.get("/first/a").status(404).text("Not Found");
}

#[test]
fn clients_that_accept_json_get_a_problem_report() {
    let client = Client::new(App::new((), routes)).header("accept", "application/json");
    let problem = |status: u16, title: &str, detail: &str| json!({ "type": "about:blank", "title": title, "status": status, "detail": detail });
    client
        .get("/own")
        .status(409)
        .header("content-type", "application/problem+json")
        .json(problem(409, "Conflict", "taken"));
    client.get("/nowhere").status(404).json(problem(404, "Not Found", "Not Found"));
    client.delete("/own").status(405).header("allow", "GET, HEAD, OPTIONS").json(problem(
        405,
        "Method Not Allowed",
        "Method Not Allowed",
    ));
    client.get("/panic").status(500).json(problem(
        500,
        "Internal Server Error",
        "Internal Server Error",
    ));
}

#[test]
fn causes_are_never_sent() {
    let client = Client::new(App::new((), routes));
    for path in ["/foreign", "/own", "/panic"] {
        for accept in ["*/*", "application/json"] {
            let reply = client.request(Method::Get, path).header("accept", accept).send();
            assert!(!reply.to_string().contains("hunter2"), "{reply}");
        }
    }
}

#[test]
fn errors_bring_the_fields_that_their_status_asks_for() {
    let guard = |_: &mut Shared<()>, _: &Request| -> Result {
        Err(Error::status(401, "sign in first").with_header("WWW-Authenticate", "Bearer"))
    };
    let busy = handler(|_, _| Error::status(503, "busy").with_header("Retry-After", "5"));
    let app =
        || App::new((), |r| r.get("/busy", busy).group("/in", |g| g.guard(guard).get("/", busy)));
    for client in [
        Client::new(app()),
        Client::new(app().on_error(|_, res, error| {
            res.text(error.message());
        })),
    ] {
        client.get("/busy").status(503).header("retry-after", "5").text("busy");
        client.get("/in/").status(401).header("www-authenticate", "Bearer").text("sign in first");
    }
    httpz::testing::Exchange::new().call(busy).expect_status(503).expect_header("retry-after", "5");
}

#[test]
fn on_error_shapes_every_error_alike() {
    let app = App::new((), routes).on_error(|req, res, error| {
        res.header("x-shaped", req.path());
        res.text(&format!("{}: {}", error.code(), error.message()));
    });
    let client = Client::new(app);
    // Handler, foreign error, panic, extractor, no route, no method.
    client.get("/own").status(409).header("x-shaped", "/own").text("409: taken");
    client.get("/foreign").status(500).text("500: Internal Server Error");
    client.get("/panic").status(500).text("500: Internal Server Error");
    client
        .get("/page?limit=300")
        .status(400)
        .text("400: query parameter `limit`: `300` is not a u8");
    client.get("/nowhere").status(404).text("404: Not Found");
    client
        .delete("/own")
        .status(405)
        .header("allow", "GET, HEAD, OPTIONS")
        .header("x-shaped", "/own");
    client.post("/json", json!("x")).status(400).header("x-shaped", "/json");
    // The parser.
    let reply = client.send(b"GET / HTTP/1.1\r\n\r\n").status(400);
    assert_eq!(reply.body(), b"400: request has no Host");
}

#[test]
fn on_error_may_change_the_status_and_gets_the_global() {
    struct Site(&'static str);
    let app = App::new(Site("acme"), |r| r).on_error_with(|site, _, res, error| {
        res.status(418).text(&format!("{} {}", site.0, error.code()));
    });
    Client::new(app).get("/x").status(418).text("acme 404");
}

#[test]
fn a_panic_ends_one_request_and_nothing_else() {
    let client = Client::new(App::new((), routes));
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
    client.get("/panic").status(500);
    client.get("/async-panic").status(200);
    client.send((get("/panic") + &get("/page?limit=1")).as_bytes()).status(500);
    client.get("/page?limit=1").status(200);
}

#[test]
fn a_body_over_the_limit_is_413() {
    let mut config = Config::default();
    config.request.max_body_size = 10;
    let client = Client::new(App::new((), routes).config(config));
    client.request(Method::Post, "/json").body("7").send().status(200).text("7");
    client.request(Method::Post, "/json").body("7".repeat(11)).send().status(413);
}

#[test]
fn an_exchange_knows_of_an_error_what_it_was_told() {
    #[derive(Debug, HttpError)]
    #[httpz(error)]
    enum Failure {
        #[status(404, "no such note")]
        Missing,
    }

    impl std::fmt::Display for Failure {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("the table has no such row")
        }
    }

    impl std::error::Error for Failure {}

    let fails = || Err::<(), _>(Failure::Missing);
    Exchange::new().respond(fails()).expect_status(500);
    let test = Exchange::new().errors::<Failure>();
    test.respond(fails()).expect_status(404).expect_body("no such note");
    let handler = handler(|_, _| Err::<(), Error>(Failure::Missing.into()));
    Exchange::new().errors::<Failure>().call(handler).expect_status(404);
}

/// Dispatchers were shown a 500 where the answer was to be something else: who tried again at a 503 did not, and
/// who wrote a page of its own wrote it for the wrong status.
#[test]
fn a_dispatcher_sees_what_an_error_means() {
    #[derive(Debug, HttpError)]
    #[httpz(error)]
    enum Failure {
        #[status(404, "no such note")]
        Missing,
        #[status(507)]
        Full,
    }

    impl std::fmt::Display for Failure {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("the table says so")
        }
    }

    impl std::error::Error for Failure {}

    #[get("/missing")]
    fn missing() -> Result<(), Failure> {
        Err(Failure::Missing)
    }

    #[get("/full")]
    async fn full() -> Result<(), Failure> {
        Err(Failure::Full)
    }

    #[get("/number")]
    fn number() -> Result<String> {
        Ok("x".parse::<u8>()?.to_string())
    }

    #[get("/text")]
    fn text() -> Result<String> {
        Ok(String::from_utf8(vec![0xff])?)
    }

    async fn page<C>(
        next: Next<'_, C>,
        cx: &mut C,
        req: &Request,
        res: &mut Response,
    ) -> Result<()> {
        let Err(error) = next.run(cx, req, res).await else { return Ok(()) };
        res.status(error.code()).text(&format!("{} {}", error.code(), error.message()));
        Ok(())
    }

    async fn passes_on<C>(
        next: Next<'_, C>,
        cx: &mut C,
        req: &Request,
        res: &mut Response,
    ) -> Result {
        next.run(cx, req, res).await
    }

    let app = |r: fn(Router<()>) -> Router<()>| {
        App::new((), move |root| r(root).mount(routes![missing, full, number, text]))
            .error::<std::num::ParseIntError>(|_| Error::status(422, "no number"))
            // What it means has a cause of a kind that means something itself, but is not asked about.
            .error::<std::string::FromUtf8Error>(|_| "y".parse::<u8>().unwrap_err().into())
    };
    let client = Client::new(app(|r| r.dispatch(page).dispatch(passes_on)));
    client.get("/missing").status(404).text("404 no such note");
    client.get("/full").status(507).text("507 Insufficient Storage");
    client.get("/number").status(422).text("422 no number");
    client.get("/text").status(500).text("500 Internal Server Error");
    for client in [Client::new(app(|r| r)), Client::new(app(|r| r.dispatch(passes_on)))] {
        client.get("/missing").status(404).text("no such note");
        client.get("/full").status(507).text("Insufficient Storage");
        client.get("/number").status(422).text("no number");
        client.get("/text").status(500).text("Internal Server Error");
    }
}
