//! How the path of a request meets the patterns, escapes included.

use httpz::prelude::*;
use httpz::testing::Client;

fn show(req: &Request, _: &mut Response) -> String {
    let params = req.params().map(|(name, value)| format!("{name}={value}"));
    params.collect::<Vec<_>>().join(",")
}

fn name(text: &'static str) -> impl Fn(&Request, &mut Response) -> &'static str + Send + Sync {
    move |_: &Request, _: &mut Response| text
}

#[test]
fn params_are_given_by_name() {
    let client = Client::new(App::new((), |r| {
        r.get("/users/:id", show)
            .get("/users/:id/posts/:post", show)
            .get("/files/*rest", show)
            .get("/v/:name.json", show)
    }));
    client.get("/users/7?x=1").text("id=7");
    client.get("/users/7/posts/first").text("id=7,post=first");
    client.get("/files/a/b.txt").text("rest=a/b.txt");
    client.get("/v/report.json").text("name=report");
    client.get("/users/").status(404);
}

#[test]
fn routes_of_one_shape_name_their_places_themselves() {
    let client = Client::new(App::new((), |r| {
        r.get("/users/:id", show)
            .put("/users/:name", show)
            .get("/x/*", show)
            .put("/x/*rest", show)
            .get("/y/*/*tail", show)
            .put("/y/*head/*", show)
    }));
    client.get("/users/7").text("id=7");
    client.put("/users/ann", json!(1)).text("name=ann");
    client.get("/x/a/b").text("");
    client.put("/x/a/b", json!(1)).text("rest=a/b");
    client.get("/y/a/b").text("tail=b");
    client.put("/y/a/b", json!(1)).text("head=a");
}

#[test]
fn two_routes_share_a_function_with_different_params() {
    let client = Client::new(App::new((), |r| {
        r.get("/favorites/:type", show).get("/favorites/:type/:id", show)
    }));
    client.get("/favorites/book").text("type=book");
    client.get("/favorites/book/7").text("type=book,id=7");
}

#[test]
fn the_most_specific_pattern_wins_whatever_the_order() {
    let client = Client::new(App::new((), |r| {
        r.get("/*", name("rest"))
            .get("/:any/users", name("any users"))
            .get("/hello/users/test", name("test"))
            .get("/api/*/debug", name("debug"))
            .get("/info/*", name("info"))
            .get("/users/:id", name("id"))
            .get("/users/me", name("me"))
    }));
    for (path, expected) in [
        ("/users/me", "me"),
        ("/users/7", "id"),
        ("/hello/users", "any users"),
        ("/hello/users/test", "test"),
        ("/api/x/debug", "debug"),
        ("/api/x/other", "rest"),
        ("/info/a/b", "info"),
        ("/info", "rest"),
        ("/over/9000!!", "rest"),
    ] {
        client.get(path).status(200).text(expected);
    }
}

#[test]
fn escapes_are_undone_where_they_change_nothing() {
    let client = Client::new(App::new((), |r| {
        r.get("/café", name("coffee")).get("/~ann", name("ann")).get("/p/:id", show)
    }));
    client.get("/caf%C3%A9").text("coffee");
    client.get("/%63af%c3%a9").text("coffee");
    client.get("/%7Eann").text("ann");
    client.get("/p/caf%C3%A9").text("id=café");
    client.get("/p/a%20b").text("id=a b");
}

#[test]
fn an_escaped_slash_stays_within_its_segment() {
    let client = Client::new(App::new((), |r| r.get("/p/:id", show).get("/p/:a/:b", show)));
    client.get("/p/a%2Fb").text("id=a/b");
    client.get("/p/a%2fb").text("id=a/b");
    client.get("/p/a/b").text("a=a,b=b");
    client.get("/p/100%25").text("id=100%");
    client.get("/p/%252F").text("id=%2F");
}

#[test]
fn malformed_escapes_are_400() {
    let client = Client::new(App::new((), |r| r.get("/p/:id", show)));
    for path in ["/p/%", "/p/%4", "/p/%zz", "/p/%FF", "/p/%00", "/p/%C3"] {
        client.get(path).status(400);
    }
}

#[test]
fn an_absolute_target_is_matched_by_its_path() {
    let client = Client::new(App::new((), |r| r.get("/", name("root")).get("/p/:id", show)));
    client.get("http://example.org/p/7?x").text("id=7");
    client.get("http://example.org").text("root");
}
