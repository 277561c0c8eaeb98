//! What is refused, in which words, and what becomes of the connection then.

use super::*;

#[test]
fn refuses_and_closes_behind_sound_requests() {
    let sound = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
    for (input, status, text) in [
        ("GET /b HTTP/1.1\r\n\r\n", "400 Bad Request", "request has no Host"),
        ("GET /% HTTP/1.1\r\nHost: x\r\n\r\n", "400 Bad Request", "malformed percent-encoding"),
        (
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "505 HTTP Version Not Supported",
            "only HTTP/1.0 and HTTP/1.1 are spoken here",
        ),
        (
            "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 65\r\n\r\n",
            "413 Content Too Large",
            "request body is too large",
        ),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            "501 Not Implemented",
            "the only transfer coding spoken here is a single chunked",
        ),
    ] {
        let behind = " HTTP/1.1\r\nHost: x\r\n\r\nGET /never HTTP/1.1\r\nHost: x\r\n\r\n";
        let input = format!("{sound}{input}{behind}");
        assert_eq!(answer(&input), ok("/a") + &refused(status, text), "{input:?}");
    }
}

#[test]
fn refuses_malformed_and_oversized_chunks_when_they_are_read() {
    for (body, status, text) in [
        ("3\r\nabcd\r\n0\r\n\r\n", "400 Bad Request", "malformed chunked body"),
        ("41\r\n", "413 Content Too Large", "request body is too large"),
    ] {
        let input =
            format!("POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
        assert_eq!(answer(&input), refused(status, text), "{body:?}");
    }
}

#[test]
fn a_body_that_is_cut_short_is_refused() {
    for input in [
        "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc",
        "POST /body HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
    ] {
        let expected = refused("400 Bad Request", "the request ended before it was whole");
        assert_eq!(answer(input), expected, "{input:?}");
    }
}

#[test]
fn heads_over_the_buffer_are_refused() {
    let long = "x".repeat(300);
    assert_eq!(
        answer(&format!("GET / HTTP/1.1\r\nHost: x\r\nA: {long}\r\n\r\n")),
        refused("431 Request Header Fields Too Large", "request head is too large")
    );
    assert_eq!(
        answer(&format!("GET /{long} HTTP/1.1\r\n")),
        refused("414 URI Too Long", "request target is too long")
    );
}

/// A review found it: the refusal of a HEAD had a body, which a proxy takes for the next answer.
#[test]
fn the_refusal_of_a_head_is_a_head() {
    for (input, status) in [
        ("HEAD /a HTTP/1.1\r\n\r\n", "400 Bad Request"),
        ("\r\nHEAD /a HTTP/1.1\r\n\r\n", "400 Bad Request"),
        ("HEAD /a HTTP/2.0\r\nHost: x\r\n\r\n", "505 HTTP Version Not Supported"),
    ] {
        let answer = answer(input);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{answer}");
        assert!(answer.ends_with("\r\n\r\n"), "{input:?}: {answer}");
    }
}

#[test]
fn errors_and_panics_end_one_request_only() {
    for (path, status, text) in [
        ("/fail", "418 I'm a teapot", "teapot"),
        ("/panic", "500 Internal Server Error", "Internal Server Error"),
        ("/later-panic", "500 Internal Server Error", "Internal Server Error"),
        ("/split", "500 Internal Server Error", "Internal Server Error"),
    ] {
        let input =
            format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
        let refused = refused(status, text).replace("Connection: close\r\n", "");
        assert_eq!(answer(&input), refused + &ok("/b"), "{path}");
    }
}

/// The peer of a malformed request used to hear nothing: only the path of handlers caught the panic.
#[test]
fn a_panic_while_an_error_is_shaped_is_a_bare_500() {
    let bare = |close: &str| {
        format!("HTTP/1.1 500 Internal Server Error\r\n{close}Content-Length: 0\r\n\r\n")
    };
    let failed = "GET /fail-417 HTTP/1.1\r\nHost: x\r\n\r\n";
    let malformed = "GET / HTTP/1.1\r\nHost: x\r\nExpect: 200-maybe\r\n\r\n";
    let expected = bare("") + &bare("Connection: close\r\n");
    assert_eq!(answer(&format!("{failed}{malformed}")), expected);
}

#[test]
fn a_late_head_is_408_and_a_late_next_request_is_silence() {
    for (input, expected) in [
        ("", String::new()),
        ("GET / HT", refused("408 Request Timeout", "the request head took too long")),
        (
            "POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc",
            refused("408 Request Timeout", "the request body took too long"),
        ),
    ] {
        let wire = Memory::open([input]);
        wire.expire();
        assert_eq!(answer_to(wire, small()), expected, "{input:?}");
    }
}
