//! Rows 18 and 23 of the feature list over real sockets: who asks, and bodies that are waited for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use httpz::prelude::*;
use httpz::{Config, Handle, Listen, Proxies};
use httpz_core::net::Timeouts;
use httpz_tests::{PATIENCE, Raw};

use super::stop;

#[test]
fn row_18_the_address_of_the_client_is_known() {
    fn address(req: &Request, _: &mut Response) -> String {
        format!("{:?} {:?}", req.peer_addr(), req.client_ip())
    }
    let path = std::env::temp_dir().join(format!("httpz-test-address-{}", std::process::id()));
    let listen = vec![Listen::tcp(([127, 0, 0, 1], 0)), Listen::unix(&path)];
    let config = Config { listen, workers: 1, ..Config::default() };
    let app = App::new((), |r| r.get("/", address)).config(config);
    let server = app.start().expect("the server starts");
    let mut peer = Raw::connect(server.addr());
    let ours = peer.local_addr().expect("it has one");
    assert_eq!(peer.get("/").body, format!("Some({ours}) Some({})", ours.ip()));
    // What a client says about itself is not believed.
    let forged = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n";
    assert!(!peer.send(forged).answer().body.contains("192.0.2.1"));
    let mut local = Raw::unix(&path).expect("it listens");
    assert_eq!(local.get("/").body, "None None");
    stop(server);
}

#[test]
fn row_18_behind_trusted_proxies_it_is_what_they_say() {
    let proxies = Proxies::trusting(["127.0.0.1"]).expect("an address");
    let config = Config { port: 0, workers: 1, proxies, ..Config::default() };
    let ip = |req: &Request, _: &mut Response| format!("{:?}", req.client_ip());
    let server = App::new((), |r| r.get("/", ip)).config(config).start().expect("it starts");
    let mut peer = Raw::connect(server.addr());
    peer.send("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 10.0.0.9, 192.0.2.1\r\n\r\n");
    assert_eq!(peer.answer().body, "Some(192.0.2.1)");
    stop(server);
}

/// What the handlers of these tests share with the test.
#[derive(Default)]
struct Shop {
    open: AtomicBool,
    bytes: AtomicUsize,
}

struct Share(Arc<Shop>);

/// Takes one piece, waits for the shop to open, and takes the rest.
#[post("/slow")]
async fn slow(share: &Share, mut body: Body<'_>) -> Result<String> {
    while let Some(piece) = body.read_chunk().await? {
        share.0.bytes.fetch_add(piece.len(), Ordering::Relaxed);
        while !share.0.open.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    Ok(share.0.bytes.load(Ordering::Relaxed).to_string())
}

#[post("/whole")]
async fn whole(body: Body<'_>) -> Result<String> {
    Ok(format!("{} bytes", body.bytes().await?.len()))
}

#[post("/first")]
async fn first(mut body: Body<'_>) -> Result<String> {
    Ok(format!("{:?}", body.read_chunk().await?.and_then(|piece| piece.first().copied())))
}

#[post("/unread")]
async fn unread(body: Body<'_>) -> String {
    format!("{:?}", body.size())
}

/// Says each piece back as it comes.
#[post("/parrot")]
async fn parrot(mut body: Body<'_>, res: &mut Response) -> Result {
    while let Some(piece) = body.read_chunk().await? {
        res.chunk(piece).await?;
    }
    Ok(())
}

/// Takes its time for each piece, longer than a peer has for the next.
#[post("/ponders")]
async fn ponders(mut body: Body<'_>) -> Result<String> {
    let mut bytes = 0;
    while let Some(piece) = body.read_chunk().await? {
        bytes += piece.len();
        tokio::time::sleep(Duration::from_millis(if bytes < 40_000 { 1300 } else { 0 })).await;
    }
    Ok(format!("{bytes} bytes"))
}

fn refuse(_: &Share, _: &Request) -> Result {
    Err(Error::status(401, "who are you?"))
}

fn start(body: Duration) -> (Handle, Arc<Shop>) {
    let shop = Arc::<Shop>::default();
    let timeouts = Timeouts { body, ..Timeouts::default() };
    let mut config = Config { port: 0, workers: 1, timeouts, ..Config::default() };
    config.request.max_body_size = 256 << 20;
    let app = App::new(Share(shop.clone()), |r| {
        let guarded = |share: &mut Shared<Share>, req: &Request| refuse(share, req);
        r.mount(routes![slow, whole, first, unread, parrot, ponders])
            .group("/guarded", |g| g.guard(guarded).mount(routes![whole_again]))
            .group("/guarded", |g| {
                g.guard(guarded).post("/before", |req: &Request, _: &mut Response| {
                    req.body().is_some().to_string()
                })
            })
    });
    (app.config(config).start().expect("the server starts"), shop)
}

#[post("/whole")]
async fn whole_again(body: Body<'_>) -> Result<Vec<u8>> {
    Ok(body.bytes().await?.to_vec())
}

fn post(path: &str, rest: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: a\r\n{rest}")
}

#[test]
fn row_23_a_handler_that_reads_slowly_slows_the_client_down() {
    const SIZE: usize = 64 << 20;
    let (server, shop) = start(Duration::from_secs(30));
    let mut peer = Raw::connect(server.addr());
    peer.send(post("/slow", &format!("Content-Length: {SIZE}\r\n\r\n")));
    let mut sender = peer.try_clone().expect("a second hand on the socket");
    let sent = Arc::new(AtomicUsize::new(0));
    let count = sent.clone();
    let sending = std::thread::spawn(move || {
        let piece = [b'x'; 64 * 1024];
        while count.load(Ordering::Relaxed) < SIZE {
            sender.send(piece);
            count.fetch_add(piece.len(), Ordering::Relaxed);
        }
    });
    // Until nothing more is taken.
    let mut last = usize::MAX;
    while last != sent.load(Ordering::Relaxed) {
        last = sent.load(Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(300));
    }
    assert!(last < SIZE / 2, "{last} bytes are more than sockets hold");
    assert!(shop.bytes.load(Ordering::Relaxed) <= 64 * 1024, "one piece was read");
    shop.open.store(true, Ordering::Relaxed);
    assert_eq!(peer.answer().body, SIZE.to_string());
    sending.join().expect("everything was taken");
    stop(server);
}

#[test]
fn row_23_continue_is_said_when_somebody_reads_and_not_before() {
    let (server, shop) = start(Duration::from_secs(30));
    let expects = "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n";
    for path in ["/whole", "/first", "/parrot"] {
        let mut peer = Raw::connect(server.addr());
        peer.send(post(path, expects));
        assert_eq!(peer.head(), "HTTP/1.1 100 Continue\r\n\r\n", "{path}");
        assert_eq!(peer.send("abc").answer().status, 200, "{path}");
    }
    // Handlers that do not read, and guards that refuse, whatever they guard.
    for (path, status) in
        [("/unread", 200), ("/guarded/whole", 401), ("/guarded/before", 401), ("/nowhere", 404)]
    {
        let mut peer = Raw::connect(server.addr());
        peer.send(post(path, expects));
        let answer = peer.answer();
        assert_eq!(answer.status, status, "{path}");
        // Whether the three bytes follow, nobody can know.
        assert!(answer.head.contains("Connection: close\r\n"), "{path}: {}", answer.head);
        assert_eq!(peer.rest(), "", "{path}");
    }
    assert_eq!(shop.bytes.load(Ordering::Relaxed), 0);
    stop(server);
}

#[test]
fn row_23_a_refusal_costs_no_upload() {
    let (server, _) = start(Duration::from_secs(30));
    for path in ["/guarded/whole", "/guarded/before"] {
        let mut peer = Raw::connect(server.addr());
        // The answer comes although nothing of the body was sent, and it is large.
        peer.send(post(path, "Content-Length: 200000000\r\n\r\n"));
        let answer = peer.answer();
        assert_eq!(answer.status, 401, "{path}");
        assert!(answer.head.contains("Connection: close\r\n"), "{path}");
    }
    stop(server);
}

#[test]
fn row_23_an_answer_may_come_before_the_end_of_the_body() {
    let (server, _) = start(Duration::from_secs(30));
    for (path, body) in [("/first", "Some(120)"), ("/unread", "Some(100000)")] {
        // A rest that is short is thrown away, and the connection lives.
        let mut peer = Raw::connect(server.addr());
        peer.send(post(path, "Content-Length: 100000\r\n\r\n")).send("x");
        if path == "/first" {
            assert_eq!(peer.answer().body, body);
            peer.send("x".repeat(99_999));
        } else {
            peer.send("x".repeat(99_999));
            assert_eq!(peer.answer().body, body);
        }
        // What follows is the next request, even when it was sent at once.
        let next = post("/whole", "Content-Length: 3\r\n\r\nabc");
        assert_eq!(peer.send(next).answer().body, "3 bytes");
    }
    // One that is long ends it.
    let mut peer = Raw::connect(server.addr());
    peer.send(post("/first", "Content-Length: 10000000\r\n\r\n")).send("x");
    let answer = peer.answer();
    assert_eq!(answer.body, "Some(120)");
    assert!(answer.head.contains("Connection: close\r\n"), "{}", answer.head);
    stop(server);
}

#[test]
fn row_23_pieces_are_handed_out_as_they_come() {
    let (server, _) = start(Duration::from_secs(30));
    let mut peer = Raw::connect(server.addr());
    peer.send(post("/parrot", "Transfer-Encoding: chunked\r\n\r\n"));
    let mut head = String::new();
    for word in ["one", "two", "three"] {
        peer.send(format!("{:x}\r\n{word}\r\n", word.len()));
        if head.is_empty() {
            head = peer.head();
        }
        // The answer to a piece is there before the next one is sent.
        assert_eq!(peer.chunk(), word);
    }
    assert_eq!(peer.send("0\r\n\r\n").chunk(), "");
    assert_eq!(peer.send(post("/unread", "\r\n")).answer().body, "Some(0)");
    stop(server);
}

#[test]
fn row_23_dripping_is_late_and_a_pondering_handler_is_not() {
    let (server, shop) = start(Duration::from_millis(500));
    shop.open.store(true, Ordering::Relaxed);
    // Each byte comes in time, but all of them bring less than 16 KiB; answering in between makes it
    // no better.
    for path in ["/slow", "/parrot"] {
        let mut peer = Raw::connect(server.addr());
        peer.send(post(path, "Content-Length: 1000000\r\n\r\n"));
        let end = Instant::now() + PATIENCE;
        while peer.try_send("x").is_ok() {
            assert!(Instant::now() < end, "{path}: it drips on without end");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
    // What is there already is read in peace, however long that takes.
    let mut peer = Raw::connect(server.addr());
    peer.send(post("/ponders", "Content-Length: 100000\r\n\r\n")).send("x".repeat(100_000));
    assert_eq!(peer.answer().body, "100000 bytes");
    stop(server);
}
