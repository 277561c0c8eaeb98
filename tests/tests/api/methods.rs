//! What happens where no route is: 404, 405, HEAD and OPTIONS.

use httpz::prelude::*;
use httpz::sse::Event;
use httpz::testing::Client;

fn name(text: &'static str) -> impl Fn(&Request, &mut Response) -> &'static str + Send + Sync {
    move |_: &Request, _: &mut Response| text
}

#[test]
fn an_unknown_path_is_404() {
    let client = Client::new(App::new((), |r| r.get("/a", name("a"))));
    client.get("/b").status(404).text("Not Found");
    client.get("/a/").status(404);
    client.post("/b", json!(1)).status(404);
    client.get("/A").status(404);
}

#[test]
fn not_found_is_answered_by_its_own_handler() {
    let missing = handler(|req, _| format!("no {} here", req.path()));
    let client = Client::new(App::new((), |r| r.get("/a", name("a"))).not_found(missing));
    client.get("/b").status(404).text("no /b here");
    client.get("/a").status(200);

    let gone = handler(|_, _| (Status::GONE, "long gone"));
    let client = Client::new(App::new((), |r| r).not_found(gone));
    client.get("/b").status(410).text("long gone");
}

#[test]
fn not_found_gets_the_global_and_may_be_async() {
    struct Site(&'static str);
    async fn missing(site: &Site, req: &Request, res: &mut Response) -> Result {
        res.chunk(format!("{} has no {}", site.0, req.path())).await
    }
    let client = Client::new(App::new(Site("acme"), |r| r).not_found(missing));
    client.get("/b").status(404).text("acme has no /b");
}

#[test]
fn a_known_path_with_another_method_is_405_and_says_which_are_allowed() {
    let purge = Method::from_bytes(b"PURGE").unwrap();
    let client = Client::new(App::new((), |r| {
        r.get("/users/:id", name("show"))
            .delete("/users/:name", name("remove"))
            .on(purge, "/users/:key", name("purge"))
            .post("/users", name("create"))
    }));
    let allow = "GET, HEAD, DELETE, OPTIONS, PURGE";
    client.post("/users/7", json!(1)).status(405).header("allow", allow);
    client.get("/users").status(405).header("allow", "POST, OPTIONS").text("Method Not Allowed");
    client.head("/users").status(405).header("allow", "POST, OPTIONS");
}

#[test]
fn method_not_allowed_is_answered_by_its_own_handler() {
    let refuse = handler(|req, _| format!("not {}", req.method()));
    let app = App::new((), |r| r.get("/a", name("a"))).method_not_allowed(refuse);
    let client = Client::new(app);
    client.delete("/a").status(405).header("allow", "GET, HEAD, OPTIONS").text("not DELETE");
    client.options("/a").status(204).header("allow", "GET, HEAD, OPTIONS");
}

#[test]
fn head_is_answered_from_get_without_its_body() {
    let client = Client::new(App::new((), |r| {
        r.get("/a", name("hello")).get("/b", name("get")).head(
            "/b",
            |_: &Request, res: &mut Response| {
                res.header("x-own", "head");
            },
        )
    }));
    client.head("/a").status(200).header("content-length", "5").text("");
    client.head("/b").status(200).header("x-own", "head");
    client.get("/b").status(200).no_header("x-own").text("get");
    client.head("/c").status(404).text("");
}

/// Where pieces were thrown away instead, such a handler had a worker for itself, for ever.
#[test]
fn head_of_what_is_streamed_without_end_is_its_head() {
    async fn pour(_: &Request, res: &mut Response) -> Result {
        res.status(203);
        loop {
            res.chunk("more").await?;
        }
    }
    async fn tick(_: &Request, res: &mut Response) -> Result {
        let mut events = res.events().await?;
        loop {
            events.send(&Event::new("tick")).await?;
        }
    }
    async fn seen<C: 'static>(
        next: Next<'_, C>,
        cx: &mut C,
        req: &Request,
        res: &mut Response,
    ) -> Result {
        let outcome = next.run(cx, req, res).await;
        let error = outcome.as_ref().map_err(|error| (error.code(), error.message()));
        assert_eq!(error, Err((res.status_code(), "the answer to HEAD has no pieces")));
        outcome
    }
    let app =
        App::new((), |r| r.group("/", |g| g.dispatch(seen).get("/pour", pour).get("/tick", tick)));
    let client = Client::new(app);
    client.head("/pour").status(203).header("transfer-encoding", "chunked").text("");
    client.head("/tick").status(200).header("content-type", "text/event-stream").text("");
}

#[test]
fn options_is_answered_with_what_is_allowed() {
    let client = Client::new(App::new((), |r| {
        r.get("/a", name("a")).post("/a", name("a")).put("/b", name("b")).options("/b", name("own"))
    }));
    client.options("/a").status(204).header("allow", "GET, HEAD, POST, OPTIONS").text("");
    client.options("/b").status(200).no_header("allow").text("own");
    client.options("/c").status(404);
    client.options("*").status(204).header("allow", "GET, HEAD, POST, PUT, OPTIONS");
}

#[test]
fn all_answers_what_no_other_route_of_the_path_does() {
    let client = Client::new(App::new((), |r| {
        r.all("/a", name("all")).get("/a", name("get")).get("/b", name("b"))
    }));
    client.get("/a").text("get");
    client.head("/a").status(200).header("content-length", "3");
    client.delete("/a").text("all");
    client.options("/a").text("all");
    client.delete("/b").status(405);
}

#[test]
fn the_path_decides_before_the_method() {
    let client = Client::new(App::new((), |r| {
        r.get("/users/:id", name("param")).post("/users/me", name("static"))
    }));
    client.get("/users/7").text("param");
    client.get("/users/me").status(405).header("allow", "POST, OPTIONS");
}
