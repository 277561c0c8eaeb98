//! Answers as they leave, and what never does.

use bytes::Bytes;

use super::*;
use crate::message::{Content, Cookie};

fn encoded(res: &mut Response) -> String {
    let bytes = res.encoded().expect("sound");
    // The date of a lone response is the epoch.
    String::from_utf8(bytes).unwrap().replace("Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n", "")
}

#[test]
fn says_what_the_handler_said() {
    let mut res = Response::new();
    assert_eq!(encoded(&mut res), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

    let mut res = Response::new();
    res.status(201).header("Location", "/7").json(&7).unwrap();
    assert_eq!(
        encoded(&mut res),
        "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nLocation: /7\r\n\
         Content-Length: 1\r\n\r\n7"
    );

    let mut res = Response::new();
    res.set_header("Content-Type", "a/b").text("x").close();
    assert_eq!(
        encoded(&mut res),
        "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx"
    );
}

#[test]
fn an_answer_has_one_content_type() {
    const OWN: &str = "application/vnd.api+json";
    type Say = fn(&mut Response);
    let cases: [(Say, &str); 6] = [
        (|res| _ = res.header("content-type", "a/b").content_type(ContentType::Html), "text/html"),
        (|res| _ = res.content_type(ContentType::Html).header("content-type", "a/b"), "a/b"),
        (|res| _ = res.header("content-type", "a/b").header("Content-Type", "c/d"), "c/d"),
        (|res| _ = res.header("content-type", OWN).json(&1), OWN),
        (|res| _ = res.text("x").json(&1), "application/json"),
        (|res| _ = res.header("x-a", "b").json_pretty(&1), "application/json"),
    ];
    for (say, expected) in cases {
        let mut res = Response::new();
        say(&mut res);
        let answer = encoded(&mut res).to_ascii_lowercase();
        assert_eq!(answer.matches("content-type: ").count(), 1, "{answer}");
        assert!(answer.contains(&format!("content-type: {expected}")), "{answer}");
    }
}

#[test]
fn a_body_that_is_set_behind_a_stream_is_not_lost_in_silence() {
    let mut res = Response::new();
    res.start_stream().and_then(|()| res.push_stream(b"one")).unwrap();
    res.header("Server-Timing", "app;dur=1"); // what a dispatcher says too late is just not heard
    let mut sound = Response::new();
    sound.start_stream().and_then(|()| sound.push_stream(b"one")).unwrap();
    assert!(sound.finish().is_ok());
    res.text("two");
    assert_eq!(res.finish(), Err(ResponseFault::BodyBehindStream));
}

#[test]
fn large_bodies_leave_whole() {
    for body in [
        Content::from(vec![b'x'; COPIED + 1]),
        Content::from(Bytes::from(vec![b'x'; COPIED + 1])),
        Content::Static(&[b'x'; COPIED + 1]),
    ] {
        let mut res = Response::new();
        res.body(body);
        assert!(encoded(&mut res).ends_with(&"x".repeat(COPIED + 1)));
    }
    let mut res = Response::new();
    res.bytes(&[b'x'; COPIED + 1]);
    assert!(encoded(&mut res).ends_with(&"x".repeat(COPIED + 1)));
}

#[test]
fn refuses_answers_that_cannot_be_right() {
    type Say = fn(&mut Response);
    let cases: [(Say, ResponseFault); 12] = [
        (|res| _ = res.header("a", "b\r\nc: d"), ResponseFault::FieldValue),
        (|res| _ = res.header("a b", "c"), ResponseFault::FieldName),
        (|res| _ = res.header("Transfer-Encoding", "chunked"), ResponseFault::FieldForbidden),
        (|res| _ = res.header("Connection", "keep-alive"), ResponseFault::FieldForbidden),
        (|res| _ = res.header("Content-Length", "+1"), ResponseFault::WrongLength),
        (|res| _ = res.header("Content-Length", "3").body("four"), ResponseFault::WrongLength),
        (|res| _ = res.status(204).body("x"), ResponseFault::BodyForbidden),
        (|res| _ = res.status(205).body("x"), ResponseFault::BodyForbidden),
        (|res| _ = res.status(99), ResponseFault::BadStatus),
        (|res| _ = res.status(1000), ResponseFault::BadStatus),
        (|res| (0..17).for_each(|_| _ = res.header("a", "b")), ResponseFault::TooManyFields),
        (|res| _ = res.header("a", "b".repeat(5000)), ResponseFault::FieldsTooLarge),
    ];
    for (say, fault) in cases {
        let mut res = Response::new();
        say(&mut res);
        assert_eq!(res.finish(), Err(fault));
        assert!(res.link.take_outbound().is_empty(), "{fault:?} left bytes behind");
    }
}

#[test]
fn the_log_names_the_field_or_cookie_that_is_wrong() {
    type Say = fn(&mut Response);
    let cases: [(Say, &str); 4] = [
        (|res| _ = res.header("Location", "/a\nb").header("x y", ""), "a line end: `Location`"),
        (|res| _ = res.header("x y", ""), "and the like): `x y`"),
        (|res| _ = res.cookie(Cookie::new("theme", "a b")), "encode it: `theme`"),
        (|res| _ = res.status(99), "200..=999: interim ones are the server's business"),
    ];
    for (say, expected) in cases {
        let mut res = Response::new();
        say(&mut res);
        let error = res.encoded().unwrap_err();
        assert_eq!((error.code(), error.message()), (500, "Internal Server Error"));
        assert!(error.chain().to_string().ends_with(expected), "{}", error.chain());
    }
}

#[test]
fn pieces_of_a_declared_length_are_sent_as_they_are_and_add_up_to_it() {
    type Declare = fn(&mut Response);
    let ways: [Declare; 2] =
        [|res| _ = res.content_length(6), |res| _ = res.header("content-length", "6")];
    for declare in ways {
        let mut res = Response::new();
        declare(&mut res);
        res.start_stream().unwrap();
        res.push_stream(b"one").unwrap();
        assert_eq!(res.finish(), Err(ResponseFault::StreamTooShort));
        assert_eq!(res.push_stream(b"four"), Err(ResponseFault::StreamTooLong));
        res.push_stream(b"two").unwrap();
        assert_eq!(res.push_stream(b"!"), Err(ResponseFault::StreamTooLong));
        let sent = encoded(&mut res);
        assert!(sent.ends_with("Content-Length: 6\r\n\r\nonetwo"), "{sent}");
    }
}

#[test]
fn a_second_write_says_nothing() {
    let mut res = Response::new();
    res.body("x");
    let first = encoded(&mut res);
    assert!(first.ends_with("\r\n\r\nx"));
    res.body("y");
    assert_eq!(encoded(&mut res), "");
}

#[test]
fn a_head_that_was_sent_cannot_be_changed() {
    type Say = fn(&mut Response);
    let late: [Say; 3] = [
        |res| _ = res.status(404),
        |res| _ = res.header("a", "b"),
        |res| _ = res.remove_header("a"),
    ];
    for say in late {
        let mut res = Response::new();
        res.start_stream().unwrap();
        res.push_stream(b"one").unwrap();
        say(&mut res);
        assert_eq!(res.push_stream(b"two"), Err(ResponseFault::TooLate));
    }
}

/// Fuzzing found it: the chunk went out without a head, after an answer that was complete.
#[test]
fn a_chunk_behind_a_complete_answer_is_never_sent() {
    type End = fn(&mut Response);
    let ends: [End; 2] = [|res| _ = res.finish(), |res| res.mark_written()];
    for end in ends {
        let mut res = Response::new();
        end(&mut res);
        res.link.take_outbound();
        res.start_stream().unwrap();
        assert_eq!(res.push_stream(b"late"), Err(ResponseFault::TooLate));
        assert!(res.link.take_outbound().is_empty());
    }
}
