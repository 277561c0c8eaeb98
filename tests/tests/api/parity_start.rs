//! Rows 2 and 3 of the feature list: what answers where no route does, and what shapes errors.
//!
//! Rows 1 and 4 need sockets and processes: `server/parity_start.rs`.

use httpz::prelude::*;
use httpz::testing::Client;

struct Site {
    name: &'static str,
}

fn missing(req: &Request, _: &mut Response) -> String {
    format!("no {}", req.path())
}

fn missing_with(site: &Site, req: &Request, _: &mut Response) -> String {
    format!("{} has no {}", site.name, req.path())
}

async fn missing_later(site: &Site, _: &Request, res: &mut Response) -> Result {
    res.status(410).chunk(site.name).await
}

fn site() -> App<Site> {
    App::new(Site { name: "acme" }, |r| r.get("/a", handler(|_, _| "a")))
}

#[test]
fn row_2_not_found_answers_with_and_without_the_context() {
    let client = Client::new(site());
    client.get("/x").status(404).text("Not Found");
    let client = Client::new(site().not_found(missing));
    client.get("/x").status(404).text("no /x");
    client.get("/a").status(200).text("a");
    client.head("/x").status(404);
    let client = Client::new(site().not_found(missing_with));
    client.post("/x", ()).status(404).text("acme has no /x");
    // Async, and with a status of its own.
    let client = Client::new(site().not_found(missing_later));
    client.get("/x").status(410).text("acme");
}

#[test]
fn row_2_other_methods_are_answered_by_themselves_or_as_the_application_says() {
    let client = Client::new(site());
    client.post("/a", ()).status(405).header("allow", "GET, HEAD, OPTIONS");
    client.head("/a").status(200).header("content-length", "1");
    client.options("/a").status(204).header("allow", "GET, HEAD, OPTIONS");
    client.options("*").status(204);

    let client = Client::new(site().method_not_allowed(missing));
    client.post("/a", ()).status(405).header("allow", "GET, HEAD, OPTIONS").text("no /a");
    let client = Client::new(site().method_not_allowed(missing_with));
    client.post("/a", ()).status(405).text("acme has no /a");
    let client = Client::new(site().method_not_allowed(missing_later));
    client.post("/a", ()).status(410).text("acme");
}

#[test]
fn row_2_head_and_options_can_be_overridden() {
    let app = App::new((), |r| {
        r.get("/a", handler(|_, _| "a"))
            .head("/a", |_: &Request, res: &mut Response| _ = res.header("x-head", "own"))
            .options("/a", handler(|_, _| "all but this"))
    });
    let client = Client::new(app);
    client.head("/a").status(200).header("x-head", "own").header("content-length", "0");
    client.options("/a").status(200).text("all but this");
}

fn broken(r: httpz::Router<Site>) -> httpz::Router<Site> {
    r.get("/handler", handler(|_, _| Err::<(), _>(Error::status(409, "taken"))))
        .get("/foreign", handler(|_, _| "x".parse::<u8>().map(|_| ())))
        .get("/panic", |_: &Request, _: &mut Response| -> &'static str { panic!("on purpose") })
        .get("/later", async |_: &Request, _: &mut Response| -> &'static str {
            panic!("on purpose, later")
        })
        .get("/unsendable", |_: &Request, res: &mut Response| _ = res.header("a", "b\r\nc: d"))
        .post("/json", handler(|req, _| req.json::<u8>().map(|n| n.to_string())))
}

/// What every kind of error looks like, when `shape` writes status and text.
fn check_all(client: &Client, shaped: impl Fn(u16, &str) -> String) {
    let server_error = "Internal Server Error";
    for (path, status, text) in [
        ("/handler", 409, "taken"),
        ("/foreign", 500, server_error),
        ("/panic", 500, server_error),
        ("/later", 500, server_error),
        ("/unsendable", 500, server_error),
        ("/nowhere", 404, "Not Found"),
    ] {
        client.get(path).status(status).text(&shaped(status, text));
    }
    client.post("/handler", ()).status(405).text(&shaped(405, "Method Not Allowed"));
    client.post("/json", "x").status(400);
    let text = shaped(400, "request has no Host");
    client.send(b"GET /handler HTTP/1.1\r\n\r\n").status(400).text(&text);
    let text = shaped(413, "request body is too large");
    client.send(b"POST /json HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n").text(&text);
}

#[test]
fn row_3_one_function_shapes_errors_of_every_origin() {
    let app = App::new(Site { name: "acme" }, broken).on_error(|req, res, error| {
        assert!(!res.written() && res.status_code() == error.code());
        res.header("x-path", req.path());
        res.text(&format!("{}: {}", error.code(), error.message()));
    });
    let client = Client::new(app);
    check_all(&client, |status, text| format!("{status}: {text}"));
    client.get("/foreign").header("x-path", "/foreign");
}

#[test]
fn row_3_the_function_may_have_the_context() {
    let app = App::new(Site { name: "acme" }, broken).on_error_with(|site, _, res, error| {
        res.text(&format!("{}: {}", site.name, error.message()));
    });
    check_all(&Client::new(app), |_, text| format!("acme: {text}"));
}

#[test]
fn row_3_it_cannot_fail() {
    let app =
        App::new(Site { name: "acme" }, broken).on_error(|_, res, error| match error.code() {
            409 => panic!("on purpose, in the shape of an error"),
            _ => _ = res.header("a", "b\r\nc: d"),
        });
    let client = Client::new(app);
    client.get("/handler").status(500).text("");
    client.get("/nowhere").status(500).no_header("c");
}
