//! Rows 15 to 26 of the feature list: what a handler learns from a request.
//!
//! What only shows over real sockets (addresses, uploads that wait) is in `server/parity_request.rs`.

use httpz::prelude::*;
use httpz::testing::Client;
use serde::Deserialize;

/// What a handler makes of a GET request for `target`.
fn seen(target: &str, look: fn(&Request) -> String) -> String {
    let look = move |req: &Request, _: &mut Response| look(req);
    let app = App::new((), |r| r.all("/", look).all("/*", look));
    let reply = Client::new(app).get(target).status(200);
    String::from_utf8(reply.body().to_vec()).unwrap()
}

#[test]
fn row_15_methods_are_an_enum_with_room_for_those_of_extensions() {
    let app = App::new((), |r| {
        r.all("/", |req: &Request, _: &mut Response| match req.method() {
            Method::Get => "get".to_owned(),
            Method::Query => "query".to_owned(),
            other => format!("another: {other}"),
        })
    });
    let client = Client::new(app);
    let purge = Method::from_bytes(b"PURGE").unwrap();
    for (method, expected) in [
        (Method::Get, "get"),
        (Method::Query, "query"),
        (purge, "another: PURGE"),
        (Method::Delete, "another: DELETE"),
    ] {
        client.request(method, "/").send().text(expected);
    }
    // Names are case-sensitive, and longer ones than any that could be known are refused.
    client.send(b"get / HTTP/1.1\r\nHost: a\r\n\r\n").text("another: get");
    client.send(b"AVERYVERYVERYLONGMETHODNAME / HTTP/1.1\r\nHost: a\r\n\r\n").status(501);
}

#[test]
fn row_16_the_arena_lives_as_long_as_the_request_and_lends_many_pieces() {
    async fn join(req: &Request, res: &mut Response) -> Result {
        let arena = req.arena();
        let words: &mut [&str] = arena.slice(&["over", "9000"]);
        words[0] = arena.format(format_args!("not {}", words[0]));
        // What the arena lends may be held while the answer is on its way.
        for word in words.iter() {
            res.chunk(word).await?;
        }
        Ok(())
    }
    let client = Client::new(App::new((), |r| r.get("/", join)));
    for _ in 0..3 {
        client.get("/").text("not over9000");
    }
}

#[test]
fn row_17_path_target_and_query_string_are_as_they_were_sent() {
    for (target, path, query) in [
        ("/a/b", "/a/b", ""),
        ("/caf%C3%A9?search=green%20tea", "/caf%C3%A9", "search=green%20tea"),
        ("/?", "/", ""),
        ("http://other.example/x?y", "/x", "y"),
    ] {
        assert_eq!(seen(target, |req| req.target().to_owned()), target);
        assert_eq!(seen(target, |req| req.path().to_owned()), path);
        assert_eq!(seen(target, |req| req.query_string().to_owned()), query);
    }
}

#[test]
fn row_19_params_are_optional_and_decoded() {
    fn favorite(req: &Request, _: &mut Response) -> String {
        let (user, id) = (req.param("user_id"), req.param("id"));
        // Decoded once and kept: asked again, the same text at the same place.
        assert_eq!(req.param("id").map(str::as_ptr), id.map(str::as_ptr));
        format!("{user:?} {id:?} {:?}", req.param("other"))
    }
    let client = Client::new(App::new((), |r| r.get("/users/:user_id/favorite/:id", favorite)));
    client.get("/users/7/favorite/green%20tea").text(r#"Some("7") Some("green tea") None"#);
    client.get("/users/%2F/favorite/caf%C3%A9").text(r#"Some("/") Some("café") None"#);
    client.get("/users/7/favorite/8").text(r#"Some("7") Some("8") None"#);
    let both = ["/users/%41/favorite/%42", "/users/%43/favorite/%44"];
    let both = both.map(|path| format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")).concat();
    let loopback = httpz_core::testing::Loopback::new(
        App::new((), |r| r.get("/users/:user_id/favorite/:id", favorite)).build().unwrap(),
        &Config::default(),
    );
    let answers = String::from_utf8(loopback.send(both.as_bytes())).unwrap();
    assert!(answers.contains(r#"Some("A") Some("B")"#), "{answers}");
    assert!(answers.contains(r#"Some("C") Some("D")"#), "{answers}");
}

#[test]
fn row_19_params_are_typed_by_the_macros() {
    #[get("/users/:user_id/favorite/:name")]
    fn favorite(name: &str, user_id: u64) -> String {
        format!("{name} of {user_id}")
    }
    let client = Client::new(App::new((), |r| r.mount(routes![favorite])));
    client.get("/users/7/favorite/t%65a").text("tea of 7");
    client.get("/users/x/favorite/tea").status(400);
}

#[test]
fn row_20_two_routes_may_share_an_action_and_differ_in_their_params() {
    fn update(req: &Request, _: &mut Response) -> String {
        format!("{} {}", req.param("user_id").unwrap_or("me"), req.param("id").unwrap_or("none"))
    }
    let app = App::new((), |r| {
        r.put("/users/:user_id/favorite/:id", update).put("/use/favorite/:id", update)
    });
    let client = Client::new(app);
    client.put("/users/7/favorite/1", ()).text("7 1");
    client.put("/use/favorite/2", ()).text("me 2");
}

#[test]
fn row_20_options_are_none_where_the_route_lacks_the_param() {
    use httpz::FromParam;
    fn update(req: &Request, _: &mut Response) -> Result<String> {
        let user = Option::<u64>::from_param(req.param("user_id"), "user_id")?;
        Ok(format!("{user:?}"))
    }
    let app = App::new((), |r| r.get("/users/:user_id", update).get("/me", update));
    let client = Client::new(app);
    client.get("/users/7").text("Some(7)");
    client.get("/me").text("None");
    client.get("/users/x").status(400);
}

#[test]
fn row_21_headers_are_found_whatever_their_case_and_keep_their_values() {
    fn look(req: &Request, _: &mut Response) -> String {
        let tags: Vec<_> = req.headers_all("x-tag").map(<[u8]>::escape_ascii).collect();
        let names: Vec<_> = req.headers().map(|(name, _)| name).collect();
        format!(
            "{:?} {:?} {} {names:?}",
            req.header("AUTHORIZATION"),
            req.header("absent"),
            tags.iter().map(ToString::to_string).collect::<Vec<_>>().join("+"),
        )
    }
    let client = Client::new(App::new((), |r| r.get("/", look)));
    client
        .send(b"GET / HTTP/1.1\r\nhost: a\r\nAuthorization: Bearer AbC\r\nX-Tag: One\r\nx-tAG: t\xe9\r\n\r\n")
        .text(r#"Some("Bearer AbC") None One+t\xe9 ["host", "Authorization", "X-Tag", "x-tAG"]"#);
}

#[test]
fn row_22_the_query_is_read_once_and_when_it_is_asked_for() {
    fn search(req: &Request, _: &mut Response) -> Result<String> {
        if req.path() == "/careless" {
            return Ok("never asked".into());
        }
        let query = req.query()?;
        // What is read is kept: a second look gives the same text at the same place.
        let (a, b) = (query.get("search"), req.query()?.get("search"));
        assert_eq!(a.map(str::as_ptr), b.map(str::as_ptr));
        let tags: Vec<_> = query.all("Tag").collect();
        Ok(format!("{a:?} {tags:?} {:?}", query.get("tag")))
    }
    let client = Client::new(App::new((), |r| r.get("/search", search).get("/careless", search)));
    client.get("/search").text("None [] None");
    client
        .get("/search?search=gr%C3%BCner+Tee&Tag=A&Tag=b%26c&tag")
        .text(r#"Some("grüner Tee") ["A", "b&c"] Some("")"#);
    client.get("/search?search=%zz").status(400);
    client.get("/careless?search=%zz").text("never asked");
}

#[test]
fn row_22_a_typed_query_is_an_argument() {
    #[derive(Deserialize)]
    struct Search<'a> {
        search: &'a str,
        limit: Option<u8>,
    }
    #[get("/")]
    fn search(Query(query): Query<Search<'_>>) -> String {
        format!("{} {:?}", query.search, query.limit)
    }
    let client = Client::new(App::new((), |r| r.mount(routes![search])));
    client.get("/?search=tea&limit=5").text("tea Some(5)");
    client.get("/?limit=5").status(400);
    client.get("/?search=tea&limit=500").status(400);
}

#[test]
fn row_23_the_body_is_there_before_the_handler() {
    fn body(req: &Request, _: &mut Response) -> String {
        format!("{:?}", req.body().map(<[u8]>::len))
    }
    let client = Client::new(App::new((), |r| r.all("/", body)));
    client.get("/").text("None");
    client.request(Method::Post, "/").body("tea").send().text("Some(3)");
    // Longer than the buffer it could have stood in with the head.
    client.request(Method::Post, "/").body(vec![b'x'; 200_000]).send().text("Some(200000)");
    let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\
                   3\r\ntea\r\n2\r\n42\r\n0\r\n\r\n";
    client.send(chunked.as_bytes()).text("Some(5)");
}

#[post("/whole")]
async fn whole(body: Body<'_>) -> Result<String> {
    Ok(format!("{:?}: {}", body.size(), body.text().await?))
}

#[post("/pieces")]
async fn pieces(mut body: Body<'_>, res: &mut Response) -> Result {
    let mut all = Vec::new();
    while let Some(piece) = body.read_chunk().await? {
        assert!(!piece.is_empty() && piece.len() <= 64 * 1024);
        all.extend_from_slice(piece);
    }
    assert!(body.read_chunk().await?.is_none(), "the end stays the end");
    assert_eq!(body.bytes().await?, b"", "what was read is gone");
    res.bytes(&all);
    Ok(())
}

#[post("/read")]
async fn read(mut body: Body<'_>) -> Result<Vec<u8>> {
    let (mut all, mut room) = (Vec::new(), [0; 7]);
    loop {
        match body.read(&mut room).await? {
            0 => return Ok(all),
            n => all.extend_from_slice(&room[..n]),
        }
    }
}

#[post("/mixed")]
async fn mixed(mut body: Body<'_>, req: &Request) -> Result<Vec<u8>> {
    let mut first = [0; 3];
    let n = body.read(&mut first).await?;
    let rest = body.bytes().await?;
    assert_eq!(req.body(), None, "it was handed out");
    Ok([&first[..n], rest].concat())
}

#[post("/stream")]
async fn stream(mut body: Body<'_>) -> Result<Vec<u8>> {
    let mut all = Vec::new();
    while let Some(piece) = std::future::poll_fn(|cx| body.poll_chunk(cx)).await {
        all.extend_from_slice(&piece?);
    }
    Ok(all)
}

#[post("/none")]
fn none(body: Body<'_>) -> String {
    format!("{:?} bytes, unread", body.size())
}

async fn plain(_: &Request, res: &mut Response, body: Body<'_>) -> Result {
    res.bytes(body.bytes().await?);
    Ok(())
}

struct Prefix(&'static str);

impl Prefix {
    async fn with(&self, _: &Request, res: &mut Response, body: Body<'_>) -> Result {
        res.text(&format!("{}{}", self.0, body.text().await?));
        Ok(())
    }
}

fn on_demand() -> Client {
    Client::new(App::new(Prefix("> "), |r| {
        r.mount(routes![whole, pieces, read, mixed, stream, none])
            .post("/method", Prefix::with)
            .post("/plain", plain)
            .post("/closure", async |_: &Request, res: &mut Response, body: Body<'_>| {
                res.bytes(body.bytes().await?);
                Ok::<_, Error>(())
            })
    }))
}

#[test]
fn row_23_a_body_argument_is_read_on_demand() {
    let client = on_demand();
    let long = "0123456789".repeat(20_000);
    for body in ["", "tea", &long] {
        for path in ["/pieces", "/read", "/mixed", "/stream", "/plain", "/closure"] {
            let reply = client.request(Method::Post, path).body(body).send().status(200);
            assert!(reply.body() == body.as_bytes(), "{path}, {} bytes", body.len());
            let chunks: String = body
                .as_bytes()
                .chunks(1000)
                .map(|piece| format!("{:x}\r\n{}\r\n", piece.len(), String::from_utf8_lossy(piece)))
                .collect();
            let head =
                format!("POST {path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            let reply = client.send(format!("{head}{chunks}0\r\n\r\n").as_bytes()).status(200);
            assert!(reply.body() == body.as_bytes(), "{path}, {} bytes in chunks", body.len());
        }
    }
    client.request(Method::Post, "/whole").body("tea").send().text("Some(3): tea");
    client.request(Method::Post, "/method").body("tea").send().text("> tea");
    client.request(Method::Post, "/none").body("tea").send().text("Some(3) bytes, unread");
    client.request(Method::Post, "/whole").body([0xff]).send().status(400);
}

#[test]
fn row_23_a_body_on_demand_keeps_to_the_limit() {
    let client = on_demand();
    for path in ["/whole", "/pieces", "/read", "/mixed", "/stream", "/plain", "/closure"] {
        let body = vec![b'x'; 1_048_577];
        client.request(Method::Post, path).body(body).send().status(413);
        let chunked = format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n"
        );
        client.send(chunked.as_bytes()).status(413);
    }
    // Unread, it is not too large.
    client.request(Method::Post, "/none").body(vec![b'x'; 1_048_577]).send().status(200);
}

#[derive(Deserialize)]
struct User<'a> {
    name: &'a str,
    age: u8,
}

#[test]
fn row_24_json_is_read_whatever_the_content_type_and_may_borrow() {
    fn greet(req: &Request, _: &mut Response) -> Result<String> {
        let user: User<'_> = req.json()?;
        Ok(format!("{} {}", user.name, user.age))
    }
    #[post("/argument")]
    fn argument(Json(user): Json<User<'_>>) -> String {
        format!("{} {}", user.name, user.age)
    }
    #[post("/on-demand")]
    async fn later(body: Body<'_>) -> Result<String> {
        let user: User<'_> = body.json().await?;
        Ok(format!("{} {}", user.name, user.age))
    }
    let client =
        Client::new(App::new((), |r| r.post("/method", greet).mount(routes![argument, later])));
    for path in ["/method", "/argument", "/on-demand"] {
        let post = |body: &str| client.request(Method::Post, path).body(body).send();
        post(r#"{"name": "ann", "age": 7}"#).text("ann 7");
        let reply = post(r#"{"name": "ann", "age": 700}"#).status(400);
        let text = String::from_utf8_lossy(reply.body()).into_owned();
        assert!(text.contains("line 1 column 26"), "{text}");
        post("").status(400);
    }
}

/// With a wrapper around it, the whole body was read before the handler could say how much it takes.
#[test]
fn row_24_a_body_in_an_option_or_a_result_is_not_read_before_either() {
    #[post("/bare")]
    async fn bare(body: Body<'_>) -> Result<String> {
        Ok(body.limit(4 << 20).bytes().await?.len().to_string())
    }
    #[post("/option")]
    async fn option(body: Option<Body<'_>>) -> Result<String> {
        bare(body.or_404()?).await
    }
    #[post("/result")]
    async fn result(body: Result<Body<'_>>) -> Result<String> {
        bare(body?).await
    }
    #[post("/both")]
    async fn both(body: Result<Option<Body<'_>>>) -> Result<String> {
        bare(body?.or_404()?).await
    }
    let client = Client::new(App::new((), |r| r.mount(routes![bare, option, result, both])));
    let large = vec![b'x'; 2 << 20];
    for path in ["/bare", "/option", "/result", "/both"] {
        client.request(Method::Post, path).body(&*large).send().status(200).text("2097152");
    }
}

#[test]
fn row_25_json_as_a_value_is_absent_without_a_body() {
    fn product(req: &Request, _: &mut Response) -> Result<String> {
        Ok(match req.json_value()? {
            Some(value) => format!("{}", value["type"]),
            None => "no body".into(),
        })
    }
    let client = Client::new(App::new((), |r| r.all("/", product)));
    client.post("/", json!({ "type": "tea" })).text("\"tea\"");
    client.post("/", json!([1])).text("null");
    client.get("/").text("no body");
    client.request(Method::Post, "/").body("{").send().status(400);
}

#[test]
fn row_26_json_as_an_object_only_when_it_is_one() {
    fn product(req: &Request, _: &mut Response) -> Result<String> {
        Ok(match req.json_object()? {
            Some(object) => object.keys().cloned().collect::<Vec<_>>().join(" "),
            None => "no object".into(),
        })
    }
    let client = Client::new(App::new((), |r| r.all("/", product)));
    client.post("/", json!({ "type": "tea", "price": 3 })).text("price type");
    client.post("/", json!([1])).text("no object");
    client.get("/").text("no object");
    client.request(Method::Post, "/").body("{").send().status(400);
}
