//! HTTPS: what is served over TCP is served over TLS, and what is peculiar to TLS.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use httpz::config::TlsConfig;
use httpz::ext::handover::Handover;
use httpz::ext::websocket::WebSocket;
use httpz::prelude::*;
use httpz::sse::Event;
use httpz::{Came, Config, Handle, Listen, Tls};
use httpz_tests::tls::{client, client_with, pem};
use httpz_tests::{PATIENCE, Raw, eventually, has_command};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, ServerConfig, Stream,
};

use super::seen::{Counts, Seen, wait};
use super::stop;

/// Sends its body back as it comes.
async fn mirror(
    seen: &&'static Seen,
    _: &Request,
    res: &mut Response,
    mut body: Body<'_>,
) -> Result {
    seen.begun.fetch_add(1, Ordering::Relaxed);
    loop {
        match body.read_chunk().await {
            Ok(Some(piece)) => res.chunk(piece).await?,
            Ok(None) => return Ok(()),
            Err(error) => {
                seen.cut.fetch_add(1, Ordering::Relaxed);
                return Err(error);
            }
        }
    }
}

async fn events(seen: &&'static Seen, _: &Request, res: &mut Response) -> Result {
    let _counts = Counts(seen);
    let mut events = res.events().await?;
    events.send(&Event::new("first")).await?;
    let _: Option<()> = events.wait(std::future::pending()).await;
    Ok(())
}

async fn tunnel(_: &&'static Seen, req: &Request, res: &mut Response) -> Result {
    let mut tunnel = res.upgrade(req, "echo").await?;
    let mut buf = [0; 64 * 1024];
    while let Came::Bytes(n) = tunnel.read(&mut buf).await? {
        tunnel.write(&buf[..n]).await?;
    }
    tunnel.write(b"end").await
}

async fn socket(_: &&'static Seen, req: &Request, res: &mut Response) -> Result {
    let mut socket = WebSocket::accept(req, res).await?;
    while let Some(message) = socket.next().await {
        socket.send(message).await?;
    }
    Ok(())
}

async fn slow(_: &&'static Seen, _: &Request, _: &mut Response) -> &'static str {
    tokio::time::sleep(Duration::from_millis(400)).await;
    "slept"
}

fn who(_: &&'static Seen, req: &Request, _: &mut Response) -> String {
    let client = req.client_ip().map_or("nobody".into(), |addr| addr.to_string());
    format!("{client} by {}", req.scheme())
}

/// More than sockets hold.
const LONG: usize = 8 * 1024 * 1024;

fn app(config: Config) -> (App<&'static Seen>, &'static Seen) {
    let seen: &'static Seen = Box::leak(Box::default());
    let app = App::new(seen, |r| {
        r.get("/who", who)
            .get("/slow", slow)
            .get("/wait", wait)
            .get("/events", events)
            .get("/tunnel", tunnel)
            .get("/socket", socket)
            .get("/long", |_: &&'static Seen, _: &Request, _: &mut Response| vec![b'x'; LONG])
            .get("/long/:n", |_: &&'static Seen, req: &Request, _: &mut Response| {
                vec![b'x'; req.param("n").and_then(|n| n.parse().ok()).unwrap_or(LONG)]
            })
            .post("/echo", |_: &&'static Seen, req: &Request, _: &mut Response| {
                req.body().unwrap_or_default().to_vec()
            })
            .post("/mirror", mirror)
    });
    (app.config(config), seen)
}

fn ecdsa() -> Tls {
    Tls::from_pem_files(pem("ecdsa.pem"), pem("ecdsa.key.pem")).expect("they fit")
}

fn local() -> Listen {
    Listen::tcp(([127, 0, 0, 1], 0))
}

fn quick() -> Config {
    let mut config = Config { workers: 1, ..Config::default() };
    config.timeouts.head = Duration::from_millis(500);
    config.timeouts.linger = Duration::from_millis(500);
    config
}

fn start_with(config: Config, place: Listen) -> (Handle, &'static Seen) {
    let (app, seen) = app(config);
    (app.start_on(place).expect("it starts"), seen)
}

fn start() -> (Handle, &'static Seen) {
    start_with(Config { workers: 1, ..Config::default() }, local().tls(ecdsa()))
}

fn trusting() -> ClientConfig {
    client("ecdsa.pem", &[&TLS13, &TLS12])
}

fn connect(server: &Handle) -> Raw {
    Raw::tls(server.addr(), b"", trusting()).expect("they shake hands")
}

/// What a peer hears that sends this and nothing else, until the server ends the connection.
fn heard(addr: SocketAddr, bytes: &[u8], ends: bool) -> Vec<u8> {
    let mut peer = TcpStream::connect(addr).expect("it listens");
    peer.set_read_timeout(Some(PATIENCE)).expect("it can be set");
    let _ = peer.write_all(bytes);
    if ends {
        let _ = peer.shutdown(Shutdown::Write);
    }
    let mut all = Vec::new();
    let _ = peer.read_to_end(&mut all);
    all
}

#[test]
fn requests_are_served_over_both_versions() {
    let (server, _) = start();
    for (version, spoken) in
        [(&TLS12, ProtocolVersion::TLSv1_2), (&TLS13, ProtocolVersion::TLSv1_3)]
    {
        let config = client("ecdsa.pem", &[version]);
        let mut peer = Raw::tls(server.addr(), b"", config).expect("they shake hands");
        for _ in 0..3 {
            assert_eq!(peer.get("/who").body, "127.0.0.1 by https");
        }
        assert_eq!(peer.session().session().protocol_version(), Some(spoken));
        peer.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
        assert_eq!(peer.answer().body, "hello");
    }
    stop(server);
}

#[test]
fn a_key_of_rsa_will_do() {
    let tls = Tls::from_pem_files(pem("rsa.pem"), pem("rsa.key.pem")).expect("they fit");
    let (server, _) = start_with(Config::default(), local().tls(tls));
    for version in [&TLS12, &TLS13] {
        let config = client("rsa.pem", &[version]);
        let mut peer = Raw::tls(server.addr(), b"", config).expect("they shake hands");
        assert_eq!(peer.get("/who").status, 200);
    }
    stop(server);
}

#[test]
fn http_1_1_is_the_only_protocol() {
    let (server, _) = start();
    for (offered, agreed) in [
        (&["http/1.1"][..], Ok(Some("http/1.1"))),
        (&["h2", "http/1.1"], Ok(Some("http/1.1"))),
        (&[], Ok(None)),
        (&["h2"], Err(())),
    ] {
        let mut config = trusting();
        config.alpn_protocols = offered.iter().map(|it| it.as_bytes().to_vec()).collect();
        let peer = Raw::tls(server.addr(), b"", config);
        let found = peer.as_ref().map(|peer| peer.session().session().alpn_protocol());
        let expected = agreed.map(|it| it.map(str::as_bytes));
        assert_eq!(found.map_err(|_| ()), expected, "{offered:?}");
    }
    stop(server);
}

#[test]
fn large_bodies_pass_both_ways() {
    let (server, _) = start();
    let mut peer = connect(&server);
    assert_eq!(peer.get("/long").body.len(), LONG);
    // Sent back while it is sent, by a handler that reads no further than it can write.
    let body: String = (0..LONG / 8).map(|n| format!("{n:07}\n")).collect();
    let size = LONG / 64;
    for piece in 0..64 {
        let head = "POST /mirror HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        let piece = &body[piece * size..][..size];
        peer.send(format!("{head}{size:x}\r\n{piece}\r\n0\r\n\r\n"));
        assert!(peer.answer().body == piece);
    }
    stop(server);
}

#[test]
fn a_peer_that_reads_late_gets_everything() {
    let (server, _) = start();
    let mut peer = connect(&server);
    peer.send(
        "GET /long HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2) + "GET /who HTTP/1.1\r\nHost: a\r\n\r\n",
    );
    std::thread::sleep(Duration::from_millis(300));
    for _ in 0..2 {
        assert_eq!(peer.answer().body.len(), LONG);
    }
    assert_eq!(peer.answer().body, "127.0.0.1 by https");
    stop(server);
}

#[test]
fn a_peer_that_takes_nothing_is_cut() {
    let mut config = quick();
    config.timeouts.write = Duration::from_millis(500);
    let (server, _) = start_with(config, local().tls(ecdsa()));
    let mut peer = connect(&server);
    peer.send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n");
    std::thread::sleep(Duration::from_millis(2500));
    assert!(peer.try_answer().is_err());
    stop(server);
}

#[test]
fn requests_may_come_byte_by_byte_and_many_at_once() {
    let (server, _) = start();
    let mut peer = connect(&server);
    let request = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";
    // Each byte in a record of its own.
    for byte in request.repeat(2).bytes() {
        peer.send([byte]);
    }
    for _ in 0..2 {
        assert_eq!(peer.answer().body, "hi");
    }
    peer.send(request.repeat(1000));
    for _ in 0..1000 {
        assert_eq!(peer.answer().body, "hi");
    }
    stop(server);
}

#[test]
fn a_body_is_asked_for_by_100_continue() {
    let (server, _) = start();
    let mut peer = connect(&server);
    peer.send(
        "POST /mirror HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
    );
    assert!(peer.head().starts_with("HTTP/1.1 100 "));
    assert_eq!(peer.send("hello").answer().body, "hello");
    stop(server);
}

#[test]
fn streams_last_until_their_peer_leaves() {
    let (server, seen) = start();
    let mut peer = connect(&server);
    peer.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(peer.head().starts_with("HTTP/1.1 200 "));
    assert_eq!(peer.chunk(), "data: first\n\n");
    peer.finish();
    eventually("the stream ends", || seen.dropped.load(Ordering::Relaxed) == 1);
    stop(server);
}

/// What lies unread hides the end from a look at the socket.
#[test]
fn a_handler_is_dropped_when_its_peer_leaves() {
    let mut config = Config { workers: 1, ..Config::default() };
    config.timeouts.half_closed = Duration::from_millis(500);
    let (server, seen) = start_with(config, local().tls(ecdsa()));
    let request = "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n";
    type Leave = fn(Raw);
    let leaves: [Leave; 4] = [
        drop,
        |mut peer| {
            peer.finish();
        },
        |peer| peer.reset(),
        |mut peer| {
            peer.send("GET /who HTTP/1.1\r\nHost: a\r\n\r\n").finish();
        },
    ];
    for (n, leave) in leaves.into_iter().enumerate() {
        let mut peer = connect(&server);
        peer.send(request);
        eventually("the handler begins", || seen.begun.load(Ordering::Relaxed) == n + 1);
        leave(peer);
        eventually("it is dropped", || seen.dropped.load(Ordering::Relaxed) == n + 1);
    }
    stop(server);
}

#[test]
fn a_connection_can_be_taken_over() {
    let (server, _) = start();
    let mut peer = connect(&server);
    let ask = "GET /tunnel HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";
    // The first bytes of the other protocol come in the same record as the request.
    peer.send(format!("{ask}hello"));
    assert!(peer.head().starts_with("HTTP/1.1 101 "));
    assert_eq!(peer.until("hello"), "hello");
    let long = "x".repeat(300_000) + "!";
    assert_eq!(peer.send(&long).until("!"), long);
    assert_eq!(peer.finish().rest(), "end");

    let mut peer = connect(&server);
    peer.send(
        "GET /socket HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    assert!(peer.head().contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    peer.send(b"\x81\x82\0\0\0\0hi");
    assert_eq!(peer.bytes(4), b"\x81\x02hi");
    peer.send(b"\x88\x82\0\0\0\0\x03\xe8");
    assert_eq!(peer.bytes(4), b"\x88\x02\x03\xe8");
    assert_eq!(peer.rest(), "");
    stop(server);
}

#[test]
fn every_end_in_good_order_is_told_by_close_notify() {
    let (server, _) = start();
    for (request, ends) in [
        ("GET /who HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "by https"),
        ("GET /who HTTP/1.0\r\n\r\n", "by https"),
        ("nonsense\r\n\r\n", ""),
    ] {
        let mut peer = connect(&server);
        // It fails when the end comes without.
        let all = peer.send(request).rest();
        assert!(all.starts_with("HTTP/1.") && all.ends_with(ends), "{request}: {all}");
    }
    stop(server);
}

/// What tells of the end found no room behind the answer, and was given up.
#[test]
fn the_end_is_told_to_a_peer_that_reads_late() {
    let path = std::env::temp_dir().join(format!("httpz-late-{}.sock", std::process::id()));
    let config = Config { workers: 1, ..Config::default() };
    let (server, _) = start_with(config, Listen::unix(&path).tls(ecdsa()));
    std::thread::scope(|scope| {
        for size in (100..300).step_by(4).map(|n| n * 1024) {
            let mut socket = UnixStream::connect(&path).expect("it listens");
            socket.set_read_timeout(Some(PATIENCE)).expect("it can be set");
            let name = "localhost".try_into().expect("it is a name");
            let mut session =
                ClientConnection::new(Arc::new(trusting()), name).expect("it can be spoken");
            scope.spawn(move || {
                let mut peer = Stream::new(&mut session, &mut socket);
                write!(peer, "GET /long/{size} HTTP/1.0\r\n\r\n").expect("it listens");
                std::thread::sleep(Duration::from_millis(500));
                let mut all = Vec::new();
                peer.read_to_end(&mut all).unwrap_or_else(|error| panic!("{size}: {error}"));
                assert!(all.len() > size, "{size}");
            });
        }
    });
    stop(server);
}

#[test]
fn idle_connections_are_closed_in_good_order() {
    let mut config = Config { workers: 1, ..Config::default() };
    config.timeouts.keep_alive = Duration::from_millis(500);
    let (server, _) = start_with(config, local().tls(ecdsa()));
    let (mut idle, mut used) = (connect(&server), connect(&server));
    assert_eq!(used.get("/who").status, 200);
    assert_eq!((idle.rest(), used.rest()), (String::new(), String::new()));
    stop(server);
}

#[test]
fn a_shutdown_lets_requests_in_flight_finish() {
    let (server, _) = start();
    let (mut idle, mut busy) = (connect(&server), connect(&server));
    assert_eq!(idle.get("/who").status, 200);
    busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    std::thread::sleep(Duration::from_millis(100));
    server.shutdown();
    assert_eq!(busy.answer().body, "slept");
    assert_eq!((busy.rest(), idle.rest()), (String::new(), String::new()));
    server.wait();
}

/// Whoever stands between could have cut it.
#[test]
fn an_end_without_close_notify_in_a_body_is_an_error() {
    let (server, seen) = start();
    for (n, framing) in ["Content-Length: 50000", "Transfer-Encoding: chunked"].iter().enumerate() {
        let mut peer = connect(&server);
        peer.send(format!("POST /mirror HTTP/1.1\r\nHost: a\r\n{framing}\r\n\r\n4\r\n"));
        eventually("the handler reads", || seen.begun.load(Ordering::Relaxed) == n + 1);
        peer.session().socket().shutdown(Shutdown::Write).expect("our side is open");
        eventually("the handler is told", || seen.cut.load(Ordering::Relaxed) == n + 1);
    }
    stop(server);
}

#[test]
fn a_handshake_is_not_waited_for_without_end() {
    let (server, _) = start_with(quick(), local().tls(ecdsa()));
    for beginning in [&b""[..], b"\x16", b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"] {
        let began = Instant::now();
        assert_eq!(heard(server.addr(), beginning, false), b"", "{beginning:?}");
        assert!(began.elapsed() > Duration::from_millis(400), "{beginning:?}");
    }
    // One that drips has no more time.
    let mut peer = TcpStream::connect(server.addr()).expect("it listens");
    let began = Instant::now();
    while peer.write_all(b"\x16").is_ok() && began.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(began.elapsed() < Duration::from_secs(5));
    stop(server);
}

/// Handshakes hold no exchange, and neither do connections that wait for a request.
#[test]
fn silent_connections_keep_nobody_out() {
    let mut config = Config { workers: 1, ..Config::default() };
    (config.pool.min, config.pool.max) = (1, 1);
    let (server, _) = start_with(config, local().tls(ecdsa()));
    let addr = server.addr();
    let silent: Vec<_> = (0..50).map(|_| TcpStream::connect(addr).expect("it listens")).collect();
    let idle: Vec<_> = (0..50).map(|_| connect(&server)).collect();
    assert_eq!(connect(&server).get("/who").status, 200);
    drop((silent, idle));
    stop(server);
}

#[test]
fn who_speaks_http_is_told_to_speak_https() {
    let (server, _) = start_with(quick(), local().tls(ecdsa()));
    let mut peer = Raw::connect(server.addr());
    let answer = peer.get("/who");
    assert_eq!((answer.status, &*answer.body), (400, "HTTPS is spoken here: use https://\r\n"));
    peer.finish();
    assert_eq!(peer.rest(), "");
    assert_eq!(connect(&server).get("/who").status, 200);
    stop(server);
}

#[test]
fn garbage_of_any_length_ends_the_connection_and_nothing_else() {
    let (server, _) = start_with(quick(), local().tls(ecdsa()));
    let addr = server.addr();
    // A handshake as a client begins it, cut and spoilt.
    let mut hello = Vec::new();
    let name = "localhost".try_into().expect("it is a name");
    let mut session =
        rustls::ClientConnection::new(Arc::new(trusting()), name).expect("it can begin");
    session.write_tls(&mut hello).expect("there is room");
    let step = (hello.len() / 60).max(1);
    for len in (0..hello.len()).step_by(step) {
        heard(addr, &hello[..len], true);
        let mut spoilt = hello.clone();
        spoilt[len] ^= 0xff;
        heard(addr, &spoilt, true);
    }
    let mut seed = 1_u32;
    let noise: Vec<u8> = (0..40_000)
        .map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 24) as u8
        })
        .collect();
    for len in [1, 2, 4, 5, 6, 100, 1000, 16_384, 20_000, 40_000] {
        heard(addr, &noise[..len], true);
        heard(addr, &[&b"\x16\x03\x01\x40\0"[..], &noise[..len]].concat(), true);
        heard(addr, &[&b"\x17\x03\x03\0\0"[..], &noise[..len]].concat(), true);
    }
    // The same behind a handshake that went well.
    for len in [1, 5, 100, 20_000] {
        let peer = connect(&server);
        let _ = peer.session().socket().write_all(&noise[..len]);
        let _ = peer.session().socket().shutdown(Shutdown::Write);
        let _ = peer.session().socket().read_to_end(&mut Vec::new());
    }
    assert_eq!(connect(&server).get("/who").status, 200);
    stop(server);
}

#[test]
fn a_renewed_certificate_is_for_new_connections() {
    let folder = std::env::temp_dir().join(format!("httpz-tls-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("it can be made");
    let put = |kind: &str| {
        for (name, from) in [("a.pem", ".pem"), ("a.key.pem", ".key.pem")] {
            std::fs::copy(pem(&format!("{kind}{from}")), folder.join(name)).expect("copied");
        }
    };
    put("ecdsa");
    let tls = Tls::from_pem_files(folder.join("a.pem"), folder.join("a.key.pem"));
    let (server, _) = start_with(Config::default(), local().tls(tls.expect("they fit")));
    let mut old = connect(&server);
    put("rsa");
    server.reload_tls().expect("they fit");
    assert!(Raw::tls(server.addr(), b"", trusting()).is_err());
    let other = || Raw::tls(server.addr(), b"", client("rsa.pem", &[&TLS13]));
    assert_eq!(other().expect("they shake hands").get("/who").status, 200);
    assert_eq!(old.get("/who").status, 200);
    // What does not fit changes nothing.
    std::fs::copy(pem("ecdsa.pem"), folder.join("a.pem")).expect("copied");
    let error = server.reload_tls().expect_err("they do not fit").to_string();
    assert!(error.contains("the key for TLS") && error.contains("another certificate"), "{error}");
    assert_eq!(other().expect("they shake hands").get("/who").status, 200);
    stop(server);
    std::fs::remove_dir_all(folder).expect("it is ours");
}

#[test]
fn a_configuration_of_rustls_may_ask_for_certificates_of_clients() {
    let pair = |kind: &str| {
        let certificate = CertificateDer::from_pem_file(pem(&format!("{kind}.pem")));
        let key = PrivateKeyDer::from_pem_file(pem(&format!("{kind}.key.pem")));
        (vec![certificate.expect("it is one")], key.expect("it is one"))
    };
    let provider = Arc::new(ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(pair("rsa").0.remove(0)).expect("it can be trusted");
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build();
    let (certificate, key) = pair("ecdsa");
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("they can be spoken")
        .with_client_cert_verifier(verifier.expect("there is somebody to trust"))
        .with_single_cert(certificate, key)
        .expect("they fit");
    config.alpn_protocols = vec![b"h2".to_vec()];
    let tls = Tls::from_rustls(Arc::new(config));
    let error = tls.reload().expect_err("it is not ours").to_string();
    assert!(error.contains("ResolvesServerCert"), "{error}");
    let (server, _) = start_with(Config::default(), local().tls(tls));

    let shows = |kind: &str| {
        let (certificate, key) = pair(kind);
        let mut config = client_with("ecdsa.pem", &[&TLS12])
            .with_client_auth_cert(certificate, key)
            .expect("they fit");
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config
    };
    let peer = Raw::tls(server.addr(), b"", shows("rsa"));
    assert_eq!(peer.expect("it is known").get("/who").status, 200);
    assert!(Raw::tls(server.addr(), b"", shows("ecdsa")).is_err(), "it is somebody else");
    let nobody = client("ecdsa.pem", &[&TLS12]);
    assert!(Raw::tls(server.addr(), b"", nobody).is_err(), "it shows none");
    stop(server);
}

#[test]
fn mistakes_are_told_before_anything_is_accepted() {
    let read = |name| std::fs::read(pem(name)).expect("it is there");
    let (certificate, key) = (read("ecdsa.pem"), read("ecdsa.key.pem"));
    for (certificate, key, told) in [
        (&certificate[..], &read("rsa.key.pem")[..], "the key for TLS is that of another"),
        (&key, &key, "the certificate for TLS is none in PEM"),
        (&certificate, &certificate, "the key for TLS is none in PEM"),
        (b"", b"", "-----BEGIN CERTIFICATE-----"),
    ] {
        let error = Tls::from_pem(certificate, key).expect_err(told).to_string();
        assert!(error.contains(told), "{error}");
    }
    let error = Tls::from_pem_files(pem("none.pem"), pem("none.pem")).expect_err("none");
    assert!(error.to_string().contains("none.pem: No such file"), "{error}");

    let place = |text: &str| vec![text.parse::<Listen>().expect("it is a place")];
    let files = |certificate: Option<&str>, key: Option<&str>| TlsConfig {
        certificate: certificate.map(pem),
        key: key.map(pem),
    };
    let (ours, fits, other) = (Some("ecdsa.pem"), Some("ecdsa.key.pem"), Some("rsa.key.pem"));
    for (listen, tls, told) in [
        ("tls:127.0.0.1:0", files(None, None), "configuration: tls.certificate is not set"),
        ("tls:127.0.0.1:0", files(ours, None), "configuration: tls.key is not set"),
        ("127.0.0.1:0", files(None, fits), "configuration: tls.certificate is not set"),
        ("127.0.0.1:0", files(ours, fits), "configuration: tls.certificate is set, but no place"),
        ("tls:127.0.0.1:0", files(ours, other), "configuration: tls.key in "),
        ("tls:127.0.0.1:0", files(Some("none"), fits), "configuration: tls.certificate cannot be"),
    ] {
        let config = Config { listen: place(listen), tls, ..Config::default() };
        let error = format!("{:?}", app(config).0.start().expect_err(told));
        assert!(error.contains(told), "{error}");
    }
    let config = Config { listen: place("tls:127.0.0.1:0"), tls: files(ours, fits), ..quick() };
    let server = app(config).0.start().expect("it starts");
    assert_eq!(connect(&server).get("/who").status, 200);
    stop(server);
}

#[test]
fn it_goes_with_every_other_kind_of_place() {
    let v1 = &b"PROXY TCP4 192.0.2.7 198.51.100.1 4711 80\r\n"[..];
    let open = || {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a port");
        Listen::inherited(vec![socket.into()]).expect("it listens")
    };
    let shared = Listen::shared(([127, 0, 0, 1], 0));
    for (place, before, said) in [
        (local().tls(ecdsa()).proxied(), v1, "192.0.2.7 by https"),
        (local().proxied().tls(ecdsa()), v1, "192.0.2.7 by https"),
        (shared.clone().tls(ecdsa()), b"", "127.0.0.1 by https"),
        (shared.tls(ecdsa()).proxied(), v1, "192.0.2.7 by https"),
        (open().tls(ecdsa()), b"", "127.0.0.1 by https"),
    ] {
        let shown = place.to_string();
        let (server, _) = start_with(Config { workers: 2, ..Config::default() }, place);
        let peers = || Raw::tls(server.addr(), before, trusting()).expect("they shake hands");
        let mut peers: Vec<_> = (0..4).map(|_| peers()).collect();
        for peer in &mut peers {
            assert_eq!(peer.get("/who").body, said, "{shown}");
        }
        drop(peers);
        stop(server);
    }
}

/// A place behind a PROXY header was not recognised by its successor, which found its own port taken.
#[test]
fn a_successor_takes_it_over() {
    let path = std::env::temp_dir().join(format!("httpz-tls-handover-{}", std::process::id()));
    let start_at = |port: u16| {
        let handover = Handover::at(&path).expect("the sockets come");
        let wanted = Listen::tcp(([127, 0, 0, 1], port)).tls(ecdsa()).proxied();
        let places = handover.places(wanted).expect("it is a place");
        let server = app(Config { workers: 1, ..quick() }).0.start_on(places).expect("it starts");
        handover.serve(&server).expect("it waits for a successor");
        server
    };
    let old = start_at(0);
    let new = start_at(old.addr().port());
    old.wait();
    assert_eq!(new.addr(), old.addr());
    let before = b"PROXY UNKNOWN\r\n";
    let mut peer = Raw::tls(new.addr(), before, trusting()).expect("they shake hands");
    assert_eq!(peer.get("/who").body, "127.0.0.1 by https");
    stop(new);
}

/// A proxy that encrypts its way to us speaks for its client, as one that does not.
#[test]
fn a_trusted_proxy_is_believed_over_tls_as_well() {
    let proxies = httpz::Proxies::trusting(["127.0.0.0/8"]).expect("they are networks");
    let config = Config { proxies, ..Config::default() };
    let (server, _) = start_with(config, local().tls(ecdsa()));
    for (said, scheme) in [("", "https"), ("X-Forwarded-Proto: http\r\n", "http")] {
        let mut peer = connect(&server);
        peer.send(format!("GET /who HTTP/1.1\r\nHost: a\r\n{said}\r\n"));
        assert_eq!(peer.answer().body, format!("127.0.0.1 by {scheme}"));
    }
    stop(server);
}

#[test]
fn curl_is_served() {
    if !has_command("curl_is_served", "curl") {
        return;
    }
    let (server, _) = start();
    let url = |path: &str| format!("https://127.0.0.1:{}{path}", server.addr().port());
    for version in [&["--tls-max", "1.2"][..], &["--tlsv1.3"]] {
        let output = Command::new("curl")
            .arg("-sSk")
            .args(version)
            .args([url("/who"), url("/who")])
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(said, "127.0.0.1 by https".repeat(2), "{output:?}");
    }
    stop(server);
}
