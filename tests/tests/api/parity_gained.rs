//! What the original's successor has gained since, and is not tested elsewhere.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use httpz::ext::metrics::Metrics;
use httpz::ext::multipart::{Multipart, Parts};
use httpz::prelude::*;
use httpz::testing::{Client, Draft};
use httpz::{Cookie, Ended, Observe, RouteTable, SameSite};

#[test]
fn gained_cookies_go_both_ways() {
    #[post("/login")]
    fn login(req: &Request, res: &mut Response) -> Result<&'static str> {
        let name = req.form()?.get("name").unwrap_or("nobody").to_owned();
        res.cookie(
            Cookie::new("session", name)
                .http_only()
                .same_site(SameSite::Lax)
                .max_age(Duration::from_secs(60)),
        )
        .cookie(Cookie::new("theme", "dark").path("/settings"));
        Ok("welcome")
    }
    #[post("/logout")]
    fn logout(res: &mut Response) {
        res.cookie(Cookie::removal("session"));
    }
    #[get("/who")]
    fn who(req: &Request) -> Option<String> {
        req.cookie("session").map(str::to_owned)
    }
    #[get("/settings")]
    fn settings(req: &Request) -> String {
        req.cookies().map(|(name, value)| format!("{name}:{value} ")).collect()
    }
    #[get("/bad")]
    fn bad(res: &mut Response) {
        res.cookie(Cookie::new("a", "b").same_site(SameSite::None));
    }
    let client = Client::new(App::new((), |r| r.mount(routes![login, logout, who, settings, bad])));
    client.get("/who").status(404);
    let reply = client.request(Method::Post, "/login").body("name=teg").send().status(200);
    assert_eq!(
        reply.find_headers("set-cookie").collect::<Vec<_>>(),
        ["session=teg; Path=/; Max-Age=60; SameSite=Lax; HttpOnly", "theme=dark; Path=/settings"]
    );
    client.get("/who").text("teg");
    client.get("/settings").text("theme:dark session:teg ");
    client.request(Method::Post, "/logout").send().status(200);
    client.get("/who").status(404);
    client.get("/bad").status(500).no_header("set-cookie");
}

#[post("/whole")]
fn whole(form: Multipart<'_>) -> Result<String> {
    let files = form.get_all("file").map(|part| {
        let (name, kind) = (part.file_name().unwrap_or("?"), part.content_type().unwrap_or("?"));
        format!("{name} ({kind}, {} bytes)", part.bytes().len())
    });
    Ok(format!("{:?}: {}", form.text("title")?, files.collect::<Vec<_>>().join(", ")))
}

#[post("/parts")]
async fn parts(form: Parts<'_>) -> Result<String> {
    let mut form = form.limit(4 << 20);
    let mut said = String::new();
    while let Some(mut part) = form.next().await? {
        if part.file_name().is_none() {
            let text = part.text(10).await?;
            said += &format!("{}={text} ", part.name());
        } else if part.content_type() == Some("text/plain") {
            let mut size = 0;
            while let Some(piece) = part.chunk().await? {
                size += piece.len();
            }
            said += &format!("{} bytes ", size);
        }
        // Others are passed over.
    }
    Ok(said)
}

fn part(attributes: &str, data: &str) -> String {
    format!("--x\r\nContent-Disposition: form-data; {attributes}\r\n\r\n{data}\r\n")
}

fn upload<'c>(client: &'c Client, path: &str) -> Draft<'c> {
    let draft = client.request(Method::Post, path);
    draft.header("content-type", "multipart/form-data; boundary=x")
}

fn file(name: &str, kind: &str, data: &str) -> String {
    part(&format!("name=\"file\"; filename=\"{name}\"\r\nContent-Type: {kind}"), data)
}

#[test]
fn gained_forms_with_files_come_whole_or_in_parts() {
    let client = Client::new(App::new((), |r| r.mount(routes![whole, parts])));
    let form = part("name=\"title\"", "Tea")
        + &file("C:\\dir\\a.txt", "text/plain", "12345")
        + &file("b.png", "image/png", "")
        + "--x--\r\n";
    upload(&client, "/whole")
        .body(form.clone())
        .send()
        .status(200)
        .text("Some(\"Tea\"): a.txt (text/plain, 5 bytes), b.png (image/png, 0 bytes)");
    upload(&client, "/parts").body(form.clone()).send().text("title=Tea 5 bytes ");
    // Byte by byte, as a slow client sends it.
    let draft = upload(&client, "/parts").header("content-length", &form.len().to_string());
    let mut live = draft.open();
    for byte in form.bytes() {
        live.send([byte]);
        live.is_quiet();
    }
    assert_eq!(live.next_text().as_deref(), Some("title=Tea 5 bytes "));
    // Larger than memory is meant to be, except for a handler that takes it in parts.
    let large = file("a.txt", "text/plain", &"x".repeat(3 << 20)) + "--x--";
    upload(&client, "/whole").body(large.clone()).send().status(413);
    upload(&client, "/parts").body(large).send().status(200).text("3145728 bytes ");
}

#[test]
fn gained_forms_that_are_none_are_refused() {
    let client = Client::new(App::new((), |r| r.mount(routes![whole, parts])));
    for path in ["/whole", "/parts"] {
        client.post(path, 1).status(415);
        upload(&client, path).body("--x\r\n").send().status(400);
        upload(&client, path).send().status(400);
        let many = part("name=a", "b").repeat(257) + "--x--";
        upload(&client, path).body(many).send().status(400).text("multipart: more than 256 parts");
    }
    let long = part("name=title", "more than ten bytes") + "--x--";
    upload(&client, "/parts")
        .body(long)
        .send()
        .status(413)
        .text("the part `title` is larger than 10 bytes");
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn note(&self, text: String) {
        self.0.lock().unwrap().push(text);
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl Observe for Log {
    fn routes(&self, routes: &RouteTable) {
        self.note(format!("{} routes", routes.len()));
    }

    fn began(&self, req: &Request) {
        self.note(format!("began {}", req.target()));
    }

    fn ended(&self, ended: &Ended<'_>) {
        assert!(ended.took < Duration::from_secs(60));
        self.note(format!("{:?} {:?}", ended.route, ended.status));
    }
}

fn observed(r: httpz::Router<()>) -> httpz::Router<()> {
    r.get("/", handler(|_, _| (Status(202), "yes")))
        .get("/slow", async_handler(async |_, res| res.chunk("slow").await))
        .get("/fails", handler(|_, _| Err::<(), _>(Error::status(418, "no"))))
        .get("/number", handler(|_, _| "x".parse::<u8>().map(drop)))
        .get("/waits", async_handler(async |_, _| std::future::pending::<()>().await))
        .get("/panics", |_: &Request, _: &mut Response| -> &'static str { panic!("on purpose") })
        .get("/panics/late", async_handler(async |_, _| -> &'static str { panic!("on purpose") }))
        .get("/forges", handler(|_, res| _ = res.header("x-a", "a\nx-b: c")))
        .get("/tears", handler(|_, res| _ = res.status(204).text("not with this status")))
}

#[test]
fn gained_every_request_can_be_observed() {
    let log = Log::default();
    let no_number = |_: &std::num::ParseIntError| Error::status(422, "no number");
    let app = App::new((), observed).observe(log.clone()).error(no_number);
    let app = app.before_routing(|req, _| match req.path() {
        "/refused" => Err(Error::status(403, "not here")),
        "/startles" => panic!("on purpose"),
        _ => Ok(()),
    });
    let client = Client::new(app);
    assert_eq!(log.take(), ["9 routes"]);
    for (path, expected) in [
        ("/", "Some(0) Some(202)"),
        ("/slow", "Some(1) Some(200)"),
        ("/fails", "Some(2) Some(418)"),
        ("/number", "Some(3) Some(422)"),
        ("/nowhere", "None Some(404)"),
        ("/refused", "None Some(403)"),
        ("/startles", "None Some(500)"),
        // What goes wrong is a 500 for those who watch, too.
        ("/panics", "Some(5) Some(500)"),
        ("/panics/late", "Some(6) Some(500)"),
        ("/forges", "Some(7) Some(500)"),
        ("/tears", "Some(8) Some(500)"),
    ] {
        client.get(path);
        assert_eq!(log.take(), [format!("began {path}").as_str(), expected]);
    }
    client.delete("/").status(405).header("allow", "GET, HEAD, OPTIONS");
    assert_eq!(log.take(), ["began /", "None Some(405)"]);
    // A peer that is gone.
    let live = client.open("/waits");
    assert_eq!(log.take(), ["began /waits"]);
    drop(live);
    assert_eq!(log.take(), ["Some(4) None"]);
}

#[test]
fn gained_an_observer_changes_no_answer_and_is_told_its_code() {
    // One kind means another, which would mean something else again.
    let chained = || {
        let no_number = |_: &std::num::ParseIntError| Error::from(std::fmt::Error);
        let app = App::new((), observed).error::<std::num::ParseIntError>(no_number);
        app.error::<std::fmt::Error>(|_| Error::status(409, "taken"))
    };
    let log = Log::default();
    Client::new(chained()).get("/number").status(500);
    let watched = Client::new(chained().observe(log.clone()));
    watched.get("/number").status(500);
    assert_eq!(log.take().last().unwrap(), "Some(3) Some(500)");
}

#[test]
fn gained_several_observers_hear_of_everything_in_the_order_they_were_added() {
    struct Named(&'static str, Log);
    impl Observe for Named {
        fn routes(&self, routes: &RouteTable) {
            self.1.note(format!("{}: {} routes", self.0, routes.len()));
        }
        fn began(&self, _: &Request) {
            self.1.note(format!("{}: began", self.0));
        }
        fn ended(&self, ended: &Ended<'_>) {
            self.1.note(format!("{}: {:?}", self.0, ended.status));
        }
    }
    let log = Log::default();
    let app = App::new((), observed);
    let app = app.observe(Named("a", log.clone())).observe(Named("b", log.clone()));
    let client = Client::new(app);
    assert_eq!(log.take(), ["a: 9 routes", "b: 9 routes"]);
    for (path, status) in [("/", 202), ("/nowhere", 404)] {
        client.get(path).status(status);
        let ends = ["a", "b"].map(|name| format!("{name}: Some({status})"));
        assert_eq!(log.take(), ["a: began", "b: began", &ends[0], &ends[1]]);
    }
}

#[test]
fn gained_observers_can_look_up_the_fields_of_an_answer_whatever_came_of_it() {
    #[derive(Clone, Default)]
    struct Ids(Log);
    impl Observe for Ids {
        fn ended(&self, ended: &Ended<'_>) {
            let text = |name| ended.header(name).map(|value| value.escape_ascii().to_string());
            self.0.note(format!("{:?} {:?}", text("X-Request-Id"), text("retry-after")));
        }
    }
    async fn identified<C>(
        next: Next<'_, C>,
        cx: &mut C,
        req: &Request,
        res: &mut Response,
    ) -> Result {
        res.header("x-request-id", req.target()).keep_headers();
        next.run(cx, req, res).await
    }
    let busy = || Error::status(503, "busy").with_header("retry-after", "9");
    let number = move |_: &std::num::ParseIntError| busy();
    let ids = Ids::default();
    let app = App::new((), |r| {
        observed(r.dispatch(identified)).get("/busy", handler(move |_, _| Err::<(), _>(busy())))
    });
    let client = Client::new(app.error::<std::num::ParseIntError>(number).observe(ids.clone()));
    let busy = r#"Some("9")"#;
    for (path, retry) in [
        ("/", "None"),
        ("/slow", "None"),
        ("/fails", "None"),
        ("/busy", busy),
        ("/number", busy),
        ("/panics", "None"),
        ("/panics/late", "None"),
    ] {
        client.get(path).header("x-request-id", path);
        assert_eq!(ids.0.take(), [format!("Some({path:?}) {retry}")]);
    }
    client.get("/nowhere");
    assert_eq!(ids.0.take(), ["None None"]);
    drop(client.open("/waits"));
    assert_eq!(ids.0.take(), [r#"Some("/waits") None"#]);
}

#[test]
fn gained_metrics_are_counted_route_by_route() {
    let metrics = Metrics::new();
    let app = App::new((), |r| {
        observed(r).all("/all/:id", handler(|_, _| ())).get("/metrics", metrics.handler())
    });
    let client = Client::new(app.observe(metrics.clone()));
    for path in ["/", "/", "/fails", "/nowhere", "/slow"] {
        client.get(path);
    }
    client.post("/all/1", 1).status(200);
    let waiting = client.open("/waits");
    let reply = client.get("/metrics").status(200);
    let text = String::from_utf8(reply.body().to_vec()).unwrap();
    reply.header("content-type", "text/plain; version=0.0.4; charset=utf-8");
    for line in [
        "# TYPE http_requests_total counter",
        r#"http_requests_total{method="GET",route="/",status="2xx"} 2"#,
        r#"http_requests_total{method="GET",route="/slow",status="2xx"} 1"#,
        r#"http_requests_total{method="GET",route="/fails",status="4xx"} 1"#,
        r#"http_requests_total{method="*",route="/all/:id",status="2xx"} 1"#,
        r#"http_requests_total{method="",route="",status="4xx"} 1"#,
        "# TYPE http_request_duration_seconds histogram",
        r#"http_request_duration_seconds_bucket{method="GET",route="/",le="+Inf"} 2"#,
        r#"http_request_duration_seconds_count{method="GET",route="/"} 2"#,
        // The one that waits and the one that asks.
        "http_requests_in_flight 2",
    ] {
        assert!(text.lines().any(|got| got == line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("/waits"), "what has not ended is not counted");
    drop(waiting);
    let text = metrics.to_string();
    assert!(text.contains(r#"{method="GET",route="/waits",status="dropped"} 1"#), "{text}");
    assert!(text.ends_with("http_requests_in_flight 0\n"), "{text}");
}
