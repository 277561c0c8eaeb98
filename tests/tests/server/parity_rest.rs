//! Rows 62 and 63 of the feature list: the protocol as it is written, and a thread that never waits
//! for a single peer.

use httpz::ext::metrics::Metrics;
use httpz::prelude::*;
use httpz::sse::{Channel, Event};
use httpz_tests::Raw;

use crate::{start, stop};

/// Clause by clause in `docs/compliance.md`; this is what the original names as missing, and what
/// keeps a server safe without a proxy in front of it.
#[test]
fn row_62_answers_are_dated_and_requests_that_two_readers_could_frame_apart_are_refused() {
    let server = start(Config { workers: 1, ..Config::default() });
    for (request, status) in [
        ("GET /plaintext HTTP/1.1\nHost: a\n\n", 200),
        ("GET /nowhere HTTP/1.1\nHost: a\n\n", 404),
        ("GET /plaintext HTTP/1.1\n\n", 400),
        ("POST /echo HTTP/1.1\nHost: a\nContent-Length: 1\nTransfer-Encoding: chunked\n\nx", 400),
        ("POST /echo HTTP/1.1\nHost: a\nContent-Length: 1, 2\n\nx", 400),
        ("POST /echo HTTP/1.1\nHost: a\nTransfer-Encoding: gzip, chunked\n\nx", 501),
        ("GET /plaintext HTTP/1.1\nHost : a\n\n", 400),
        ("GET /plaintext HTTP/2.0\nHost: a\n\n", 505),
    ] {
        let answer = Raw::connect(server.addr()).send(request.replace('\n', "\r\n")).answer();
        assert_eq!(answer.status, status, "{request}");
        assert!(answer.head.contains("\r\nDate: "), "{request}: {}", answer.head);
    }
    stop(server);
}

#[test]
fn row_63_one_thread_serves_many_connections_and_waits_for_none() {
    async fn wait(gate: &Channel, _: &Request, _: &mut Response) -> &'static str {
        gate.subscribe().next().await;
        "through"
    }
    fn waiting(gate: &Channel, _: &Request, _: &mut Response) -> String {
        gate.subscribers().to_string()
    }
    fn open(gate: &Channel, _: &Request, _: &mut Response) {
        gate.publish(Event::new("open"));
    }
    let config = Config { workers: 1, port: 0, ..Config::default() };
    let app = App::new(Channel::new(1), |r| {
        r.get("/wait", wait).get("/waiting", waiting).get("/open", open)
    });
    let server = app.config(config).start().expect("it starts");
    let mut waiting: Vec<Raw> = (0..50).map(|_| Raw::connect(server.addr())).collect();
    for peer in &mut waiting {
        peer.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    let mut half = Raw::connect(server.addr());
    half.send("GET /open HTTP/1.1\r\nHo");
    let mut other = Raw::connect(server.addr());
    while other.get("/waiting").body != "50" {}
    assert_eq!(half.send("st: a\r\n\r\n").answer().status, 200);
    for peer in &mut waiting {
        assert_eq!(peer.answer().body, "through");
    }
    stop(server);
}

#[test]
fn gained_metrics_add_up_what_the_workers_count() {
    let metrics = Metrics::new();
    let app = App::new((), |r| r.get("/", handler(|_, _| "hello"))).observe(metrics.clone());
    let config = Config { workers: 2, port: 0, ..Config::default() };
    let server = app.config(config).start().expect("it starts");
    for _ in 0..40 {
        Raw::connect(server.addr()).get("/");
    }
    let line = r#"http_requests_total{method="GET",route="/",status="2xx"} 40"#;
    assert!(metrics.to_string().contains(line), "{metrics}");
    stop(server);
}
