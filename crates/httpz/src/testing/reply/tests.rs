//! Bytes in, replies or complaints out.

use std::panic::catch_unwind;

use serde_json::json;

use super::*;

/// Writes the line ends that the wire has.
fn wire(text: &str) -> Vec<u8> {
    text.replace('\n', "\u{d}\n").into_bytes()
}

fn reply(text: &str) -> Reply {
    Reply::read("GET /x".to_owned(), &wire(text), false)
}

fn complaint(of: impl FnOnce() -> Reply + std::panic::UnwindSafe) -> String {
    let panic = catch_unwind(of).expect_err("it complains");
    *panic.downcast::<String>().expect("with a text")
}

#[test]
fn reads_counted_chunked_and_bodiless_answers() {
    for (text, status, body) in [
        ("HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", 200, "hi"),
        ("HTTP/1.1 204 No Content\n\n", 204, ""),
        ("HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n2\nhi\n3\n me\n0\n\n", 200, "hi me"),
        ("HTTP/1.1 100 Continue\n\nHTTP/1.1 201 Created\ncontent-length: 0\n\n", 201, ""),
    ] {
        reply(text).status(status).text(body);
    }
}

#[test]
fn complains_about_answers_that_are_cut_short() {
    for text in [
        "",
        "HTTP/1.1 200 OK\n",
        "HTTP/1.1 200 OK\nContent-Length: 3\n\nhi",
        "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nhi\n",
    ] {
        let text = text.to_owned();
        let said = complaint(move || reply(&text));
        assert!(said.starts_with("GET /x: the connection ended"), "{said}");
    }
}

#[test]
fn complains_with_the_difference_and_the_answer() {
    let answer = || reply("HTTP/1.1 404 Not Found\nX-Tag: a\nContent-Length: 8\n\n{\"id\":1}");
    let shown = "404\nX-Tag: a\nContent-Length: 8\n\n{\"id\":1}";
    for (said, expected) in [
        (complaint(move || answer().status(200)), "expected status 200, got 404"),
        (complaint(move || answer().header("x-tag", "b")), r#"expected x-tag: b, got ["a"]"#),
        (complaint(move || answer().no_header("x-tag")), r#"expected no x-tag, got "a""#),
        (
            complaint(move || answer().json(json!({ "id": 2 }))),
            "the JSON differs\n  $.id: expected 2, got 1",
        ),
        (
            complaint(move || answer().text("x")),
            "expected body \"x\",\n     got body \"{\\\"id\\\":1}\"",
        ),
    ] {
        assert_eq!(said, format!("GET /x: {expected}\n\n{shown}"));
    }
    answer().status(404).header("X-TAG", "a").no_header("y").json(json!({ "id": 1 }));
}
