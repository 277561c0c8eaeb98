//! Who the client is, when others stand in between.

use httpz::ext::rate_limit::RateLimit;
use httpz::ext::request_id::RequestIds;
use httpz::prelude::*;
use httpz::{Config, Handle, Listen, Proxies};
use httpz_tests::Raw;

use super::stop;

fn who(req: &Request, _: &mut Response) -> String {
    let client = req.client_ip().map_or("nobody".into(), |addr| addr.to_string());
    format!("{client} by {} to {}", req.scheme(), req.public_host().unwrap_or("nowhere"))
}

fn start(place: Listen, trusted: &[&str]) -> Handle {
    let proxies = Proxies::trusting(trusted.iter().copied()).expect("they are networks");
    let config = Config { workers: 1, proxies, ..Config::default() };
    App::new((), |r| r.get("/who", who)).config(config).start_on(place).expect("it starts")
}

fn local() -> Listen {
    Listen::tcp(([127, 0, 0, 1], 0))
}

fn ask(server: &Handle, before: &[u8], fields: &str) -> String {
    let request = format!("GET /who HTTP/1.1\r\nHost: inside\r\n{fields}\r\n");
    let mut peer = Raw::connect(server.addr());
    peer.send([before, request.as_bytes()].concat()).answer().body
}

const SPOKEN: &str = "X-Forwarded-For: 198.51.100.1, 203.0.113.9\r\nX-Forwarded-Proto: https\r\n\
                      X-Forwarded-Host: example.org\r\n";

#[test]
fn a_trusted_proxy_is_believed_and_nobody_else() {
    let (believing, wary) = (start(local(), &["127.0.0.0/8"]), start(local(), &["192.0.2.0/24"]));
    assert_eq!(ask(&believing, b"", SPOKEN), "203.0.113.9 by https to example.org");
    assert_eq!(ask(&wary, b"", SPOKEN), "127.0.0.1 by http to inside");
    for written in ["\"", "for=\"", "\u{ff}"] {
        let fields = format!("X-Forwarded-For: {written}, 203.0.113.9\r\n");
        assert_eq!(ask(&believing, b"", &fields), "203.0.113.9 by http to inside", "{written}");
    }
    for written in ["evil.example/..", "a@b", "a b", "a:80x", "[::1", "a\\b", "caf%C3%A9"] {
        let fields = format!("X-Forwarded-Host: {written}\r\n");
        assert_eq!(ask(&believing, b"", &fields), "127.0.0.1 by http to inside", "{written}");
    }
    stop(believing);
    stop(wary);
}

#[test]
fn a_proxy_header_names_the_peer() {
    let server = start(local().proxied(), &[]);
    let v1 = b"PROXY TCP4 192.0.2.7 198.51.100.1 4711 80\r\n";
    assert_eq!(ask(&server, v1, ""), "192.0.2.7 by http to inside");
    let v2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x07\xc6\x33\x64\x01\x12\x67\0\x50";
    assert_eq!(ask(&server, v2, ""), "192.0.2.7 by http to inside");
    // The header may come byte by byte, and is none of the requests' business.
    let mut peer = Raw::connect(server.addr());
    for byte in v1 {
        peer.send([*byte]);
    }
    assert!(peer.get("/who").body.starts_with("192.0.2.7"));
    assert!(peer.get("/who").body.starts_with("192.0.2.7"));
    stop(server);
}

#[test]
fn without_its_proxy_header_a_connection_is_closed() {
    let server = start(local().proxied(), &[]);
    let mut peer = Raw::connect(server.addr());
    let _ = peer.try_send("GET /who HTTP/1.1\r\nHost: inside\r\n\r\n");
    // Cut rather than closed: its bytes were not all read.
    assert!(peer.try_answer().is_err());
    assert_eq!(ask(&server, b"PROXY UNKNOWN\r\n", ""), "127.0.0.1 by http to inside");
    stop(server);
}

#[test]
fn a_proxy_header_that_does_not_come_is_not_waited_for_without_end() {
    let mut config = Config { workers: 1, ..Config::default() };
    config.timeouts.head = std::time::Duration::from_millis(500);
    let app = App::new((), |r| r.get("/who", who)).config(config);
    let server = app.start_on(local().proxied()).expect("it starts");
    for beginning in [&b""[..], b"PROXY TCP4 192.0.2.7", b"\r\n\r\n\0\r\nQUIT\n"] {
        let mut peer = Raw::connect(server.addr());
        peer.send(beginning);
        assert_eq!(peer.rest(), "", "{beginning:?}");
    }
    stop(server);
}

#[test]
fn a_rate_is_that_of_the_client_whichever_proxy_and_worker_it_comes_by() {
    let proxies = Proxies::trusting(["127.0.0.0/8"]).expect("it is a network");
    let config = Config { workers: 2, proxies, ..Config::default() };
    let limit = RateLimit::per_minute(3);
    let app = App::new((), |r| r.dispatch(limit).get("/who", who)).config(config);
    let server = app.start_on(local()).expect("it starts");
    let status = |client: &str| {
        let request = format!("GET /who HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {client}\r\n\r\n");
        Raw::connect(server.addr()).send(request).answer().status
    };
    let all: Vec<_> = (0..9).map(|_| status("203.0.113.9")).collect();
    assert_eq!(all, [200, 200, 200, 429, 429, 429, 429, 429, 429]);
    assert_eq!(status("203.0.113.10"), 200);
    let network: Vec<_> = (1..6).map(|n| status(&format!("2001:db8::{n}"))).collect();
    assert_eq!(network, [200, 200, 200, 429, 429]);
    stop(server);
}

#[test]
fn an_id_is_taken_over_from_a_trusted_proxy_that_one_was_told_to_trust() {
    for (ids, trusted, is_taken) in [
        (RequestIds::new().trust(), "127.0.0.0/8", true),
        (RequestIds::new().trust(), "192.0.2.0/24", false),
        (RequestIds::new(), "127.0.0.0/8", false),
    ] {
        let proxies = Proxies::trusting([trusted]).expect("it is a network");
        let config = Config { workers: 1, proxies, ..Config::default() };
        let app = App::new((), |r| r.get("/who", who)).request_ids(ids).config(config);
        let server = app.start_on(local()).expect("it starts");
        for (sent, is_sound) in [("edge-7", true), ("a b", false), ("a\"", false)] {
            let request = format!("GET /who HTTP/1.1\r\nHost: a\r\nX-Request-Id: {sent}\r\n\r\n");
            let answer = Raw::connect(server.addr()).send(request).answer();
            let mut lines = answer.head.lines();
            let id = lines.find_map(|line| line.strip_prefix("X-Request-Id: "));
            let id = id.expect("every answer has one");
            assert_eq!(id == sent, is_taken && is_sound, "{id} of {sent}");
        }
        stop(server);
    }
}

#[test]
fn a_request_does_not_inherit_the_id_of_the_one_before() {
    let name = handler(|req, _| req.id().unwrap_or("none").to_owned());
    let app = App::new((), |r| r.get("/", name)).before_routing(|req, _| {
        req.header("x-id").map(|id| req.set_id(id));
        Ok(())
    });
    let config = Config { workers: 1, ..Config::default() };
    let server = app.config(config).start_on(local()).expect("it starts");
    let mut peer = Raw::connect(server.addr());
    let requests = ["X-Id: one\r\n", "", "X-Id: two\r\n", ""];
    let requests = requests.map(|field| format!("GET / HTTP/1.1\r\nHost: a\r\n{field}\r\n"));
    peer.send(requests.concat());
    let heard: Vec<_> = requests.iter().map(|_| peer.answer().body).collect();
    assert_eq!(heard, ["one", "none", "two", "none"]);
    stop(server);
}
