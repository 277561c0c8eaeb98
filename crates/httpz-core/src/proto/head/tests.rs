//! Heads whole, in every two pieces, and byte by byte: the same outcome each time.

use super::*;

#[derive(Debug, PartialEq)]
enum Outcome {
    Whole { len: usize, framing: Framing, persists: bool, fields: usize },
    Partial,
    Refused(ProtocolError),
}

fn read(pieces: &[&[u8]], limits: &Limits) -> Outcome {
    let (mut head, mut bytes) = (Head::default(), Vec::new());
    let n = pieces.len();
    for (i, piece) in pieces.iter().enumerate() {
        bytes.extend_from_slice(piece);
        match head.parse(&bytes, 0, limits, i + 1 == n) {
            Ok(true) => {
                return Outcome::Whole {
                    len: head.len,
                    framing: head.framing,
                    persists: head.persists,
                    fields: head.fields.len(),
                };
            }
            Ok(false) => {}
            Err(error) => return Outcome::Refused(error),
        }
    }
    Outcome::Partial
}

fn outcome_within(input: &[u8], limits: &Limits) -> Outcome {
    let whole = read(&[input], limits);
    for cut in 0..=input.len() {
        let (a, b) = input.split_at(cut);
        assert_eq!(read(&[a, b], limits), whole, "cut at {cut} of {:?}", input.escape_ascii());
    }
    let single: Vec<&[u8]> = input.chunks(1).collect();
    assert_eq!(read(&single, limits), whole, "byte by byte: {:?}", input.escape_ascii());
    whole
}

fn outcome(input: &str) -> Outcome {
    outcome_within(input.as_bytes(), &Limits::default())
}

#[test]
fn reads_whole_heads() {
    for (input, framing, persists, fields) in [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", Framing::Empty, true, 1),
        ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", Framing::Empty, true, 1),
        ("GET / HTTP/1.1\r\nHost:\r\nA: \r\n\r\n", Framing::Empty, true, 2),
        ("GET / HTTP/1.1\r\nHost: \t a:80 \t\r\n\r\n", Framing::Empty, true, 1),
        ("GET / HTTP/1.0\r\n\r\n", Framing::Empty, false, 0),
        ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", Framing::Empty, true, 1),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n", Framing::Empty, false, 2),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, close\r\n\r\n", Framing::Empty, false, 2),
        ("GET / HTTP/1.1\r\nHost: a\r\nCookie: caf\u{e9}\r\n\r\n", Framing::Empty, true, 2),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n", Framing::Counted(3), true, 2),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
            Framing::Chunked,
            true,
            2,
        ),
    ] {
        let expected = Outcome::Whole { len: input.len(), framing, persists, fields };
        assert_eq!(outcome(input), expected, "{input:?}");
    }
}

#[test]
fn stops_at_the_end_of_the_head() {
    let input = "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET";
    assert!(matches!(outcome(input), Outcome::Whole { len: 27, .. }));
}

#[test]
fn refuses_what_two_readers_could_read_differently() {
    use ProtocolError::*;
    for (input, fault) in [
        // Line ends and blanks.
        ("GET / HTTP/1.1\nHost: a\r\n\r\n", BadRequestLine),
        ("GET / HTTP/1.1\r\nHost: a\n\r\n", BadField),
        ("GET / HTTP/1.1\r\nHost: a\r\nA: b\nC: d\r\n\r\n", BadField),
        ("GET / HTTP/1.1\r\nHost: a\r\n\n", BadField),
        ("GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\nA: b\r\n\r\n", BadField),
        ("GET / HTTP/2.0\nHost: a\r\n\r\n", BadRequestLine),
        ("GET / HTTP/1.1\nHost: a\n\n", BadRequestLine),
        ("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", BadRequestLine),
        ("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", BadRequestLine),
        ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", BadRequestLine),
        ("GET /  HTTP/1.1\r\nHost: a\r\n\r\n", BadRequestLine),
        ("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", BadRequestLine),
        ("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", BadRequestLine),
        ("GET / HTTP/1.10\r\nHost: a\r\n\r\n", BadRequestLine),
        ("GET / HTTP/1.1\rHost: a\r\n\r\n", BadRequestLine),
        ("GET / HTTP/1.1\r\nHost: a\r\n\rA: b\r\n\r\n", BadField),
        (" GET / HTTP/1.1\r\nHost: a\r\n\r\n", BadRequestLine),
        // Fields.
        ("GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", BadField),
        ("GET / HTTP/1.1\r\n Host: a\r\n\r\n", BadField),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", BadField),
        ("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", BadField),
        ("GET / HTTP/1.1\r\nHost: a\r\nA\r\n\r\n", BadField),
        ("GET / HTTP/1.1\r\nHost: a\r\nA: b\rc\r\n\r\n", BadField),
        ("GET / HTTP/1.1\r\nHost: a\r\nA: b\0c\r\n\r\n", BadField),
        ("GET / HTTP/1.1\r\nHost: a\r\nA: b\x7fc\r\n\r\n", BadField),
        ("GET / HTTP/1.1\r\nHost: a\r\nA(: b\r\n\r\n", BadField),
        // Version, target, method.
        ("GET /\r\n", BadRequestLine),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", UnknownVersion),
        ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", UnknownVersion),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", UnknownVersion),
        ("GET / HTTP/11\r\nHost: a\r\n\r\n", BadRequestLine),
        ("GET / http/1.1\r\nHost: a\r\n\r\n", BadRequestLine),
        ("GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", BadTarget),
        ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", BadTarget),
        ("GET a HTTP/1.1\r\nHost: a\r\n\r\n", BadTarget),
        ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA / HTTP/1.1\r\nHost: a\r\n\r\n", UnknownMethod),
        // Host.
        ("GET / HTTP/1.1\r\n\r\n", NoHost),
        ("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", BadHost),
        ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", BadHost),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", BadHost),
        ("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", BadHost),
        ("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", BadHost),
        // Framing.
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n", BadLength),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\n", BadLength),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", BadLength),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
            TwoFramings,
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            BadCoding,
        ),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", BadCoding),
        ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", BadCoding),
        // Other obligations.
        ("POST / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n", UnknownExpectation),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: a b\r\n\r\n", BadConnection),
    ] {
        assert_eq!(outcome(input), Outcome::Refused(fault), "{input:?}");
    }
}

/// `on_error` was told the method of the request before, when it was asked about a head without one.
#[test]
fn a_refused_head_says_nothing_that_was_said_by_the_one_before() {
    let mut head = Head::default();
    let sound = b"POST /a HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\n";
    assert_eq!(head.parse(sound, 0, &Limits::default(), false), Ok(true));
    head.clear();
    let refused = head.parse(b"\x7f\r\n\r\n", 0, &Limits::default(), false);
    assert_eq!(refused, Err(ProtocolError::BadRequestLine));
    let said = (head.method, head.version, head.framing, head.persists);
    assert_eq!(said, (Method::Get, Version::Http11, Framing::Empty, false));
}

#[test]
fn waits_for_the_rest() {
    for input in ["", "\r", "\r\n", "GET", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r"]
    {
        assert_eq!(outcome(input), Outcome::Partial, "{input:?}");
    }
}

#[test]
fn limits_the_head() {
    let limits = Limits { head: 64, target: 16, fields: 2, ..Limits::default() };
    let long_fields = format!("GET / HTTP/1.1\r\nHost: {}", "a".repeat(100));
    let long_line = format!("GET /{}", "a".repeat(100));
    for (input, fault) in [
        (long_fields.as_str(), ProtocolError::HeadTooLarge),
        (long_line.as_str(), ProtocolError::TargetTooLong),
    ] {
        let mut head = Head::default();
        let bytes = &input.as_bytes()[..limits.head];
        assert_eq!(head.parse(bytes, 0, &limits, false), Err(fault), "{input:?}");
    }
    for (input, fault) in [
        ("GET /aaaaaaaaaaaaaaaaa HTTP/1.1\r\nHost: a\r\n\r\n", ProtocolError::TargetTooLong),
        ("GET / HTTP/1.1\r\nHost: a\r\nA: b\r\nC: d\r\n\r\n", ProtocolError::TooManyFields),
    ] {
        assert_eq!(outcome_within(input.as_bytes(), &limits), Outcome::Refused(fault), "{input:?}");
    }
}

#[test]
fn notes_expectations_only_where_a_body_follows() {
    for (input, expected) in [
        ("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n", true),
        ("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", false),
        ("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n", false),
    ] {
        let mut head = Head::default();
        assert_eq!(head.parse(input.as_bytes(), 0, &Limits::default(), false), Ok(true));
        assert_eq!(head.expects_continue, expected, "{input:?}");
    }
}

#[test]
fn places_are_those_of_the_buffer() {
    let buf = b"xxGET /a?b HTTP/1.1\r\nHost: c\r\n\r\n";
    let mut head = Head::default();
    assert_eq!(head.parse(&buf[2..], 2, &Limits::default(), false), Ok(true));
    assert_eq!(head.target.path.of_bytes(buf), b"/a");
    assert_eq!(head.target.query.unwrap().of_bytes(buf), b"b");
    assert_eq!(head.fields.all(buf, "host").next(), Some(&b"c"[..]));
}

/// What a parse amounts to, in full.
fn told(head: &Head, buf: &[u8], result: Result<bool, ProtocolError>) -> String {
    if result != Ok(true) {
        return format!("{result:?}");
    }
    let fields: Vec<_> = head.fields.iter(buf).map(|(n, v)| (n.to_vec(), v.to_vec())).collect();
    format!(
        "{:?} {:?} {:?} {:?} {:?} {} {} {fields:?}",
        head.method,
        head.target,
        head.version,
        head.framing,
        head.persists,
        head.expects_continue,
        head.len
    )
}

/// The quick pass and httparse must agree on every head that the quick pass takes.
#[test]
fn the_quick_pass_agrees_with_httparse_on_random_heads() {
    const PIECES: [&str; 44] = [
        "GET ",
        "POST ",
        "PUT ",
        "HEAD ",
        "DELETE ",
        "PATCH ",
        "OPTIONS ",
        "get ",
        "/",
        "/a",
        "/a/b?c",
        "%41",
        "%",
        "?",
        "#",
        " ",
        "  ",
        "\t",
        " HTTP/1.1",
        " HTTP/1.0",
        " HTTP/2.0",
        "\r\n",
        "\n",
        "\r",
        "Host: a",
        "host:b:80",
        "Host: \t c \t",
        "Content-Length: 5",
        "Content-Length: x",
        "Transfer-Encoding: chunked",
        "Connection: close",
        "Connection: keep-alive, x",
        "Expect: 100-continue",
        "X-A: b",
        "X:",
        ": y",
        "X : y",
        " fold",
        "Cookie: caf\u{e9}",
        "\0",
        "\x7f",
        "\r\n\r\n",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64)",
        "*",
    ];
    let mut seed = 0x9e37_79b9_7f4a_7c15u64;
    let mut random = |n: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 33) as usize % n
    };
    let limits = Limits { fields: 4, target: 12, ..Limits::default() };
    let mut taken = 0;
    for _ in 0..200_000 {
        let mut input = String::new();
        // Mostly well-formed lines, so that many heads are taken; one piece in eight is random.
        let line = ["GET ", "/a", " HTTP/1.1", "\r\n", "Host: a", "\r\n"];
        for piece in line {
            input += if random(16) == 0 { PIECES[random(PIECES.len())] } else { piece };
        }
        for _ in 0..random(4) {
            input += PIECES[24 + random(20)];
            input += if random(8) == 0 { PIECES[random(PIECES.len())] } else { "\r\n" };
        }
        input += "\r\n";
        let bytes = input.as_bytes();
        let (mut quick, mut careful) = (Head::default(), Head::default());
        let quickly = quick.scan(bytes, 0, &limits);
        if quickly {
            taken += 1;
            let result = careful.parse_carefully(bytes, 0, &limits);
            assert_eq!(told(&quick, bytes, Ok(true)), told(&careful, bytes, result), "{:?}", input);
        }
    }
    assert!(taken > 20_000, "only {taken} heads were of the usual kind");
}
