//! What handlers return, as clients see it.

use httpz::prelude::*;
use httpz::testing::Client;

/// The answer of a handler that returns this.
fn answer<O: Respond + 'static>(
    make: impl Fn() -> O + Send + Sync + 'static,
) -> httpz::testing::Reply {
    let app = App::new((), |r| r.get("/", move |_: &Request, _: &mut Response| make()));
    Client::new(app).get("/")
}

const TEXT: &str = "text/plain; charset=utf-8";
const BINARY: &str = "application/octet-stream";

#[test]
fn texts_are_plain_text() {
    answer(|| "a").status(200).header("content-type", TEXT).text("a");
    answer(|| String::from("b")).header("content-type", TEXT).text("b");
    answer(|| "x".repeat(100_000)).header("content-type", TEXT).text(&"x".repeat(100_000));
    answer(|| std::borrow::Cow::Borrowed("c")).header("content-type", TEXT).text("c");
    answer(|| Box::<str>::from("d")).header("content-type", TEXT).text("d");
}

#[test]
fn bytes_have_no_particular_type() {
    answer(|| b"a").header("content-type", BINARY).text("a");
    answer(|| &b"b"[..]).header("content-type", BINARY).text("b");
    answer(|| vec![b'c']).header("content-type", BINARY).text("c");
    answer(|| (ContentType::Png, vec![b'd'])).header("content-type", "image/png").text("d");
}

#[test]
fn a_type_that_was_set_stays() {
    let app = App::new((), |r| {
        r.get("/", |_: &Request, res: &mut Response| {
            res.header("content-type", "text/x-own");
            "a"
        })
    });
    let reply = Client::new(app).get("/").header("content-type", "text/x-own").text("a");
    assert_eq!(reply.find_headers("content-type").count(), 1);
}

#[test]
fn nothing_is_an_empty_200() {
    answer(|| ()).status(200).header("content-length", "0").no_header("content-type").text("");
}

#[test]
fn a_status_stands_alone_or_before_the_rest() {
    answer(|| Status::NO_CONTENT).status(204).no_header("content-length");
    answer(|| (Status::CREATED, Json(json!({ "id": 1 }))))
        .status(201)
        .header("content-type", "application/json")
        .json(json!({ "id": 1 }));
    answer(|| (Status(299), ())).status(299);
}

#[test]
fn an_option_is_the_value_or_404() {
    answer(|| Some("a")).status(200).text("a");
    answer(|| None::<String>).status(404).text("Not Found");
}

#[test]
fn a_result_is_the_value_or_the_error() {
    answer(|| Ok::<_, Error>("a")).status(200).text("a");
    answer(|| Err::<&str, _>(Error::status(402, "pay"))).status(402).text("pay");
    answer(|| Error::status(402, "pay")).status(402).text("pay");
    answer(|| "x".parse::<u8>().map(|n| n.to_string())).status(500).text("Internal Server Error");
}

#[test]
fn redirects_and_html_say_so() {
    answer(|| Redirect::to("/a")).status(303).header("location", "/a");
    answer(|| Redirect::temporary("/a")).status(307).header("location", "/a");
    answer(|| Redirect::permanent(String::from("/b"))).status(308).header("location", "/b");
    answer(|| Html("<p>")).header("content-type", "text/html; charset=utf-8").text("<p>");
}

#[test]
fn a_response_that_cannot_be_right_is_a_500() {
    answer(|| Redirect::to("/a\r\nset-cookie: b=c")).status(500).no_header("set-cookie");
    answer(|| (Status::NO_CONTENT, "a body")).status(500);
    answer(|| Status(42)).status(500);
}

#[test]
fn a_head_has_its_declared_length_without_a_piece() {
    let app = App::new((), |r| {
        r.get(
            "/film",
            async_handler(async |req, res| {
                res.content_length(3);
                if req.method() == Method::Head {
                    return Ok(());
                }
                res.chunk("abc").await
            }),
        )
    });
    let client = Client::new(app);
    client.get("/film").status(200).header("content-length", "3").text("abc");
    client.head("/film").status(200).header("content-length", "3");
}

/// As whoever passes on the answer of another server says of one whose length that has not told.
#[test]
fn a_head_of_unknown_length_begins_with_an_empty_piece() {
    let app = App::new((), |r| {
        r.get("/passed-on", async_handler(async |_, res| res.chunk("").await))
            .get("/nothing", handler(|_, _| ()))
    });
    let client = Client::new(app);
    let head = client.head("/passed-on").status(200).no_header("content-length");
    head.header("transfer-encoding", "chunked").text("");
    client.head("/nothing").status(200).header("content-length", "0");
}
