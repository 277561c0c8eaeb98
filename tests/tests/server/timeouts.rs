//! `timeout = "…"` cuts off handlers that take too long, and nobody else.

use std::future::pending;
use std::time::{Duration, Instant};

use httpz::prelude::*;
use httpz_tests::Raw;

use super::stop;

#[get("/never", timeout = "100ms")]
async fn never() -> &'static str {
    pending().await
}

#[get("/soon/:n", timeout = "10s")]
async fn soon(n: u8) -> String {
    tokio::time::sleep(Duration::from_millis(20)).await;
    n.to_string()
}

#[get("/begun", timeout = "100ms")]
async fn begun(res: &mut Response) -> Result {
    res.chunk("one").await?;
    pending().await
}

#[test]
fn a_handler_that_takes_too_long_is_cut_off_with_503_and_the_connection_goes_on() {
    let config = Config { port: 0, workers: 1, ..Config::default() };
    let app = App::new((), |r| r.mount(routes![never, soon, begun])).config(config);
    let server = app.start().expect("the server starts");
    let mut peer = Raw::connect(server.addr());

    let began = Instant::now();
    let answer = peer.get("/never");
    assert_eq!((answer.status, answer.body.as_str()), (503, "this takes too long"));
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(100), "never early: {took:?}");

    let answer = peer.get("/soon/7");
    assert_eq!((answer.status, answer.body.as_str()), (200, "7"));

    peer.send("GET /begun HTTP/1.1\r\nHost: a\r\n\r\n");
    let rest = peer.rest();
    assert!(rest.contains("\r\n3\r\none\r\n"), "{rest}");
    assert!(!rest.contains("\r\n0\r\n"), "the part must not pass for the whole: {rest}");
    stop(server);
}
