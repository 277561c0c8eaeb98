//! Answers that are sent piece by piece, and when the pieces leave.

use super::*;

#[test]
fn streams_in_chunks_or_until_the_end() {
    assert_eq!(
        answer("GET /chunks HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n"),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n"
            .to_owned()
            + &ok("/b")
    );
    assert_eq!(
        answer("GET /chunks HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\none two"
    );
}

#[test]
fn large_chunks_arrive_whole_and_in_their_place() {
    let chunks = |letter: &str| format!("1\r\n{letter}\r\n1388\r\n{}\r\n", letter.repeat(5000));
    assert_eq!(
        answer("GET /large-chunks HTTP/1.1\r\nHost: x\r\n\r\n"),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned()
            + &chunks("a")
            + &chunks("b")
            + "0\r\n\r\n"
    );
    let old = answer("GET /large-chunks HTTP/1.0\r\n\r\n");
    assert!(old.ends_with(&format!("a{}b{}", "a".repeat(5000), "b".repeat(5000))));
}

#[test]
fn chunks_leave_together_until_the_handler_waits() {
    for (path, n_writes) in [("/large-chunks", 1), ("/slow-chunks", 2)] {
        let wire = Rc::new(Memory::new([format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")]));
        assert!(run(&wire, &common(1, small())));
        assert_eq!(wire.writes(), n_writes, "{path}");
    }
}

#[test]
fn an_error_in_the_middle_of_a_stream_never_looks_like_its_end() {
    assert_eq!(
        answer("GET /cut HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n"),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n"
    );
}

/// The head was lost to a reset when the peer went on sending.
#[test]
fn an_error_in_a_stream_that_head_asks_for_ends_the_connection_in_order() {
    for (method, in_order) in [("HEAD", true), ("GET", false)] {
        let wire =
            Rc::new(Memory::open([format!("{method} /cut/empty HTTP/1.1\r\nHost: x\r\n\r\n")]));
        assert_eq!(run(&wire, &common(1, small())), !in_order, "{method}: is it over at once?");
        assert_eq!((wire.is_shut(), wire.waiting() == Wait::Linger), (in_order, in_order));
    }
}

#[test]
fn pipelined_answers_leave_in_one_write() {
    let input = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n".repeat(16);
    let limits = Limits { head: 4096, ..Limits::default() };
    let wire = Rc::new(Memory::new([input.as_bytes()]));
    assert!(run(&wire, &common(1, limits)));
    assert_eq!(wire.writes(), 1);
    assert_eq!(
        String::from_utf8(wire.take_output()).unwrap().replace(DATE, ""),
        ok("/a").repeat(16)
    );
}

#[test]
fn large_answers_leave_whole_in_a_pipeline() {
    let input = "GET /large HTTP/1.1\r\nHost: x\r\n\r\n".repeat(3);
    let answer = answer_to(Memory::new([input.as_bytes()]), small());
    assert_eq!(answer, bare(&"x".repeat(100_000)).repeat(3));
}
