//! Rows 38 to 47 of the feature list: what can be registered, and which route answers.

use httpz::prelude::*;
use httpz::testing::Client;

/// Says which route answered, and with what.
fn name(text: &'static str) -> impl Fn(&Request, &mut Response) -> String + Send + Sync {
    move |req: &Request, _: &mut Response| {
        let params = req.params().map(|(name, value)| format!(" {name}={value}"));
        text.to_owned() + &params.collect::<String>()
    }
}

fn check(client: &Client, paths: &[(&str, &str)]) {
    for (path, expected) in paths {
        let reply = client.get(path);
        let status = if expected.is_empty() { 404 } else { 200 };
        let expected = if expected.is_empty() { "Not Found" } else { expected };
        reply.status(status).text(expected);
    }
}

#[test]
fn row_38_every_verb_and_all() {
    let brew = Method::from_bytes(b"BREW").unwrap();
    let client = Client::new(App::new((), |r| {
        r.get("/", name("get"))
            .post("/", name("post"))
            .put("/", name("put"))
            .head("/", |_: &Request, res: &mut Response| {
                res.header("x-head", "own");
            })
            .patch("/", name("patch"))
            .trace("/", name("trace"))
            .delete("/", name("delete"))
            .options("/", name("options"))
            .connect("/", |_: &Request, res: &mut Response| _ = res.status(403).text("connect"))
            .query("/", name("query"))
            .on(brew, "/", name("brew"))
            .all("/", name("all"))
            .all("/rest", name("all"))
    }));
    for method in ["GET", "POST", "PUT", "PATCH", "TRACE", "DELETE", "OPTIONS", "QUERY", "BREW"] {
        let known = Method::from_bytes(method.as_bytes()).unwrap();
        client.request(known, "/").send().status(200).text(&method.to_lowercase());
        client.request(known, "/rest").send().status(200).text("all");
    }
    client.request(Method::Connect, "example.org:443").send().text("connect");
    client.head("/").header("x-head", "own");
    client.request(Method::from_bytes(b"OTHER").unwrap(), "/").send().text("all");
}

#[test]
fn row_39_get_gathers_mistakes_and_try_get_returns_them() {
    let app = App::new((), |r| r.get("/:a", name("a")).get("/:b", name("b")).get("c", name("c")));
    assert_eq!(app.build().expect_err("two mistakes").errors().len(), 2);
    let tried = App::try_new((), |r| r.try_get("/:a", name("a"))?.try_get("/:b", name("b")));
    assert!(tried.expect_err("one mistake").to_string().contains("`/:b`"));
}

#[test]
fn row_40_a_route_has_options_of_its_own() {
    fn logged_in(_: &Shared<()>, req: &Request) -> Result {
        req.header("authorization").map(drop).ok_or_else(|| Error::status(401, "Not authorized"))
    }
    let client = Client::new(App::new((), |r| {
        r.get("/", name("home"))
            .with(|r| r.check(logged_in).delete("/session", name("bye")))
            .get("/session", name("open"))
    }));
    client.get("/").text("home");
    client.get("/session").text("open");
    client.delete("/session").status(401);
    client.header("authorization", "me").delete("/session").text("bye");
}

#[test]
fn row_41_groups_have_a_prefix_and_options_and_nest_to_any_depth() {
    async fn admin<C: 'static>(
        next: Next<'_, C>,
        cx: &mut C,
        req: &Request,
        res: &mut Response,
    ) -> Result {
        res.header("x-admin", "1");
        next.run(cx, req, res).await
    }
    let client = Client::new(App::new((), |r| {
        r.group("/admin", |g| {
            g.dispatch(admin).get("/users", name("list")).delete("/users/:id", name("delete"))
        })
        .group("/a", |g| {
            g.group("/:b", |g| {
                g.group("", |g| g.group("/c", |g| g.group("/*d", |g| g.get("/e", name("deep")))))
            })
        })
        .group("/plain", |g| g.get("", name("plain")).get("/", name("slash")))
    }));
    client.get("/admin/users").header("x-admin", "1").text("list");
    client.delete("/admin/users/7").header("x-admin", "1").text("delete id=7");
    check(
        &client,
        &[
            ("/a/1/c/2/e", "deep b=1 d=2"),
            ("/plain", "plain"),
            ("/plain/", "slash"),
            ("/admin", ""),
            ("/users", ""),
        ],
    );
}

#[test]
fn row_42_case_matters_unless_it_is_said_otherwise() {
    let routes = |r: httpz::Router<()>| r.get("/Users/:UserName", name("user"));
    let client = Client::new(App::new((), routes));
    check(&client, &[("/Users/Teg", "user UserName=Teg"), ("/users/Teg", "")]);

    let app = App::new((), |r| routes(r).post("/users/:id", name("post")));
    let client = Client::new(app.match_any_case());
    check(&client, &[("/Users/Teg", "user UserName=Teg"), ("/uSERS/tEG", "user UserName=tEG")]);
    // One path, whatever its case: both methods are known.
    client.post("/USERS/7", 1).text("post id=7");
    client.delete("/users/7").status(405).header("allow", "GET, HEAD, POST, OPTIONS");

    let app = App::new((), |r| routes(r).get("/users/:id", name("other"))).match_any_case();
    let error = app.build().expect_err("they are one").to_string();
    assert!(error.contains("`/users/:id`") && error.contains("`/Users/:UserName`"), "{error}");
}

#[test]
fn row_42_a_trailing_slash_matters_unless_it_is_said_otherwise() {
    let routes = |r: httpz::Router<()>| {
        r.get("/a", name("a")).get("/b/", name("b")).get("/c/:d", name("c")).get("/e/*f", name("e"))
    };
    let strict = Client::new(App::new((), routes));
    check(&strict, &[("/a", "a"), ("/a/", ""), ("/b/", "b"), ("/b", ""), ("/c/1/", "")]);
    let lax = Client::new(App::new((), routes).match_trailing_slash());
    check(
        &lax,
        &[
            ("/a/", "a"),
            ("/b", "b"),
            ("/c/1/", "c d=1"),
            ("/c/", ""),
            ("/e/1/", "e f=1/"),
            ("/e/", ""),
            ("/a//", ""),
        ],
    );
    lax.delete("/a/").status(405).header("allow", "GET, HEAD, OPTIONS");
}

#[test]
fn row_43_params_capture_segments_and_parts_of_them() {
    let client = Client::new(App::new((), |r| {
        r.get("/api/users/:user_id/favorite/:id", name("favorite"))
            .get("/files/:name.json", name("json"))
            .get("/files/v:n-beta", name("beta"))
            .get("/files/:name", name("file"))
            .get("/@:user", name("home"))
    }));
    check(
        &client,
        &[
            ("/api/users/7/favorite/9", "favorite user_id=7 id=9"),
            ("/api/users//favorite/9", ""),
            ("/files/report.json", "json name=report"),
            ("/files/v2-beta", "beta n=2"),
            ("/files/.json", "file name=.json"),
            ("/files/report.txt", "file name=report.txt"),
            ("/@teg", "home user=teg"),
            ("/@", ""),
        ],
    );
}

#[test]
fn row_44_a_glob_in_the_middle_is_one_segment() {
    let client = Client::new(App::new((), |r| {
        r.get("/api/*/debug", name("debug")).get("/api/*kind/info", name("info"))
    }));
    check(
        &client,
        &[
            ("/api/x/debug", "debug"),
            ("/api/x/info", "info kind=x"),
            ("/api/x/y/debug", ""),
            ("/api//debug", ""),
        ],
    );
}

#[test]
fn row_45_a_glob_of_the_suffix_and_the_most_specific_one_wins() {
    let client = Client::new(App::new((), |r| {
        r.all("/*", name("not found")).get("/info/*", name("any info")).get("/a/*rest", name("a"))
    }));
    check(
        &client,
        &[
            ("/info/debug/all", "any info"),
            ("/over/9000", "not found"),
            ("/info/x", "any info"),
            ("/info", "not found"),
            ("/a/b/c", "a rest=b/c"),
        ],
    );
}

#[test]
fn row_46_dead_ends_are_backed_out_of() {
    let client = Client::new(App::new((), |r| {
        r.get("/:any/users", name("route1"))
            .get("/hello/users/test", name("route2"))
            .get("/hello/*rest", name("route3"))
    }));
    check(
        &client,
        &[
            ("/hello/users", "route3 rest=users"),
            ("/hello/users/test", "route2"),
            ("/hello/users/other", "route3 rest=users/other"),
            ("/bye/users", "route1 any=bye"),
            ("/bye/others", ""),
        ],
    );
    let originals = Client::new(App::new((), |r| {
        r.get("/:any/users", name("route1")).get("/hello/users/test", name("route2"))
    }));
    check(&originals, &[("/hello/users", "route1 any=hello"), ("/hello/users/x", "")]);
}

#[test]
fn row_47_per_segment_precedence_whatever_the_order_of_registration() {
    let patterns =
        ["/a/b", "/a/:p.txt", "/a/:p", "/a/*glob/x", "/a/*rest", "/*first/b", "/:x/:y", "/*all"];
    let expected = [
        ("/a/b", "/a/b"),
        ("/a/c.txt", "/a/:p.txt p=c"),
        ("/a/c", "/a/:p p=c"),
        ("/a/c/x", "/a/*glob/x glob=c"),
        ("/a/c/y", "/a/*rest rest=c/y"),
        ("/z/b", "/:x/:y x=z y=b"),
        ("/z/b/c", "/*all all=z/b/c"),
        ("/z", "/*all all=z"),
    ];
    for turn in 0..patterns.len() {
        for backwards in [false, true] {
            let app = App::new((), |mut r| {
                let mut order: Vec<_> = patterns.iter().cycle().skip(turn).take(8).collect();
                if backwards {
                    order.reverse();
                }
                for pattern in order {
                    r = r.get(pattern, name(pattern));
                }
                r
            });
            check(&Client::new(app), &expected);
        }
    }
}
