//! Rows 49 and 51 to 57 of the feature list: what can be set, and what is over it.
//!
//! Row 50, where a server listens, is in `parity_start.rs`.

use std::process::Command;
use std::time::{Duration, Instant};

use httpz::prelude::*;
use httpz::testing::Client;
use httpz::{Config, Handle};
use httpz_tests::{PATIENCE, Raw, has_command};

use super::memory::Holder;
use super::{start, stop};

fn serve(config: Config, routes: fn(httpz::Router<()>) -> httpz::Router<()>) -> Handle {
    let config = Config { port: 0, workers: 1, ..config };
    App::new((), routes).config(config).start().expect("the server starts")
}

#[test]
fn row_49_port_and_address_have_their_defaults() {
    let config = Config::default();
    assert_eq!((config.address.to_string().as_str(), config.port), ("127.0.0.1", 5882));
    let server = start(Config { address: [127, 0, 0, 2].into(), ..Config::default() });
    assert_eq!(server.addr().ip().to_string(), "127.0.0.2");
    assert_ne!(server.addr().port(), 0, "the system has chosen one");
    assert_eq!(Raw::connect(server.addr()).get("/plaintext").status, 200);
    stop(server);
}

#[test]
fn row_51_the_pool_bounds_requests_in_flight_and_not_connections() {
    let config = Config::default();
    let pool = (config.pool.min, config.pool.max, config.pool.timeout);
    assert_eq!(pool, (20, 500, Duration::from_millis(5000)));

    let mut config = Config { workers: 1, ..Config::default() };
    (config.pool.min, config.pool.max) = (1, 1);
    config.pool.timeout = Duration::from_millis(500);
    let server = start(config);
    // Idle connections hold nothing of a pool of one.
    let mut peers: Vec<Raw> = (0..10).map(|_| Raw::connect(server.addr())).collect();
    for peer in &mut peers {
        assert_eq!(peer.get("/plaintext").status, 200);
    }
    // The slow one takes 400 ms; the second waits for its exchange and is served.
    peers[0].send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(peers[1].get("/plaintext").status, 200);
    assert_eq!(peers[0].answer().body, "slept");

    // One that lasts, and the wait is over before it has its exchange.
    peers[0].send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo");
    // Its bytes may still be on their way.
    let refused = (0..100).find_map(|_| {
        let answer = Raw::connect(server.addr()).get("/plaintext");
        (answer.status == 503).then_some(answer)
    });
    let refused = refused.expect("one exchange cannot serve two");
    assert!(refused.head.contains("Retry-After: "), "{}", refused.head);
    assert_eq!(peers[0].send("dy").answer().body, "body");
    stop(server);
}

#[test]
fn row_52_a_body_over_its_size_is_413_and_groups_have_sizes_of_their_own() {
    let size = |req: &Request, _: &mut Response| req.body().map_or(0, <[u8]>::len).to_string();
    let app = App::new((), |r| {
        r.post("/", size).group("/notes", |g| {
            g.limit(100).post("/", size).group("/long", |g| g.limit(300).post("/", size)).group(
                "",
                // A group of one: a limit for a single route.
                |g| g.limit(5).post("/title", size),
            )
        })
    });
    let mut config = Config::default();
    config.request.max_body_size = 200;
    let client = Client::new(app.config(config));
    for (path, limit) in [("/", 200), ("/notes/", 100), ("/notes/long/", 300), ("/notes/title", 5)]
    {
        let post = |n: usize| client.request(Method::Post, path).body(vec![b'x'; n]).send();
        post(limit).status(200).text(&limit.to_string());
        post(limit + 1).status(413);
    }
    assert_eq!(Config::default().request.max_body_size, 1_048_576);
}

#[test]
fn row_53_the_buffer_holds_the_head_and_a_body_that_fits() {
    assert_eq!(Config::default().request.buffer_size, 65_536);
    let mut config = Config::default();
    (config.request.buffer_size, config.request.max_target_size) = (2048, 1024);
    let server = serve(config, |r| {
        r.post("/", handler(|req, _| req.body().map_or(0, <[u8]>::len).to_string()))
    });
    let mut peer = Raw::connect(server.addr());
    // Beside its head, behind it where it does not fit, and a head that does not fit itself.
    for (size, body, status) in
        [(100, 1900, 200), (100, 3000, 200), (1900, 100, 200), (1900, 3000, 200), (2100, 0, 431)]
    {
        let mut request = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {body}\r\nX: ");
        request.push_str(&"x".repeat(size - request.len() - 4));
        request.push_str("\r\n\r\n");
        request.push_str(&"y".repeat(body));
        let answer = peer.send(request).answer();
        assert_eq!(answer.status, status, "a head of {size} bytes and a body of {body}");
        assert!(status != 200 || answer.body == body.to_string(), "{answer:?}");
    }
    stop(server);
}

#[test]
fn row_54_what_is_over_a_count_is_refused_and_not_ignored() {
    let request = Config::default().request;
    let counts = (request.max_header_count, request.max_param_count, request.max_query_count);
    assert_eq!(counts, (32, 10, 32));

    let app = App::new((), |r| {
        r.get("/", handler(|req, _| req.query().map(|query| query.len().to_string())))
            .post("/", handler(|req, _| req.form().map(|form| form.len().to_string())))
    });
    let client = Client::new(app);
    for (fields, status) in [(31, 200), (32, 431)] {
        let fields = "A: b\r\n".repeat(fields);
        client.send(format!("GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n").as_bytes()).status(status);
    }
    for (pairs, status) in [(32, 200), (33, 400)] {
        let pairs = ["a=b"].repeat(pairs).join("&");
        client.get(&format!("/?{pairs}")).status(status);
        client.request(Method::Post, "/").body(pairs).send().status(status);
    }
    let error = App::new((), |r| r.get("/:a/:b/:c/:d/:e/:f/:g/:h/:i/:j/:k", handler(|_, _| "")))
        .build()
        .expect_err("eleven are too many")
        .to_string();
    assert!(error.contains("max_param_count") && error.contains("11"), "{error}");
}

#[test]
fn row_55_answers_outgrow_the_body_buffer_but_not_the_limits_of_fields() {
    let response = Config::default().response;
    assert_eq!(
        (response.header_buffer_size, response.body_buffer_size, response.max_header_count),
        (4096, 32_768, 16)
    );
    let app = |config: Config| {
        let app = App::new((), |r| {
            r.get("/body/:size", |req: &Request, res: &mut Response| {
                let size = req.param("size").and_then(|size| size.parse().ok()).unwrap_or_default();
                res.json(&"x".repeat(size))
            })
            .get("/fields/:count", |req: &Request, res: &mut Response| {
                let count = req.param("count").and_then(|n| n.parse().ok()).unwrap_or_default();
                (0..count).for_each(|n: u32| _ = res.header(&format!("x-{n}"), "1"));
            })
            .get("/field/:size", |req: &Request, res: &mut Response| {
                let size = req.param("size").and_then(|size| size.parse().ok()).unwrap_or_default();
                res.header("x", "y".repeat(size));
            })
        });
        Client::new(app.config(config))
    };
    for body_buffer_size in [0, 10, 32_768] {
        let mut config = Config::default();
        config.response.body_buffer_size = body_buffer_size;
        let client = app(config);
        for size in [0, 8, 1000, 32_766, 32_767, 1_000_000] {
            let reply = client.get(&format!("/body/{size}")).status(200);
            assert_eq!(reply.body().len(), size + 2, "with a buffer of {body_buffer_size}");
        }
    }
    let client = app(Config::default());
    for (path, status) in [
        ("/fields/16", 200),
        ("/fields/17", 500), // the log line names the setting: see row 4
        ("/field/4000", 200),
        ("/field/4096", 500),
    ] {
        client.get(path).status(status);
    }
}

#[test]
fn row_56_memory_stays_within_the_documented_formula_when_every_exchange_is_full() {
    let mut config = Config { workers: 1, ..Config::default() };
    (config.pool.min, config.pool.max, config.pool.streams) = (10, 64, 0);
    let footprint = config.footprint();
    let made = 65_536 + 4_096 + 32_768;
    assert_eq!(footprint.least, 10 * made);
    assert_eq!(footprint.most, 64 * (made + 1_048_576 + 208 * 1024));

    let holder = Holder::start(&[
        ("HTTPZ_WORKERS", "1"),
        ("HTTPZ_POOL_MIN", "10"),
        ("HTTPZ_POOL_MAX", "64"),
        ("HTTPZ_POOL_STREAMS", "0"),
        ("HTTPZ_POOL_TIMEOUT", "500ms"),
    ]);
    let before = holder.resident();
    let body = "x".repeat(config.request.max_body_size);
    let chunked: String =
        body.as_bytes().chunks(4096).map(|_| format!("1000\r\n{}\r\n", &body[..4096])).collect();
    let peers: Vec<Raw> = (0..config.pool.max)
        .map(|n| {
            let mut peer = Raw::unix(&holder.path).expect("it listens");
            let head = "POST /hold HTTP/1.1\r\nHost: a\r\n";
            match n % 2 {
                0 => peer.send(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len())),
                _ => {
                    peer.send(format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunked}0\r\n\r\n"))
                }
            };
            peer
        })
        .collect();
    // One more finds no exchange: so all of them are in use.
    let refused = (0..100).find(|_| {
        std::thread::sleep(Duration::from_millis(50));
        let mut peer = Raw::unix(&holder.path).expect("it listens");
        peer.get("/plaintext").status == 503
    });
    assert!(refused.is_some(), "the pool never was in use as a whole");
    let end = Instant::now() + PATIENCE;
    let bodies = config.pool.max * body.len();
    while holder.resident() - before < bodies && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(50));
    }
    let grown = holder.resident() - before;
    assert!(grown >= bodies, "{grown} bytes are less than the {bodies} of the bodies alone");
    assert!(grown <= footprint.most, "{grown} bytes are more than the {} promised", footprint.most);
    println!("{grown} of at most {} bytes, {bodies} of them bodies", footprint.most);
    drop(peers);
}

/// The names of a process's threads.
fn threads(pid: &str) -> Vec<String> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).expect("a Linux system");
    let name = |task: std::io::Result<std::fs::DirEntry>| {
        let name = std::fs::read_to_string(task.ok()?.path().join("comm")).ok()?;
        Some(name.trim().to_owned())
    };
    tasks.filter_map(name).collect()
}

/// Does this process come to have so many workers, and no more?
fn has_workers(holder: &Holder, expected: usize) -> bool {
    let workers = || {
        let threads = threads(&holder.child.id().to_string());
        let is_worker = |name: &&String| {
            name.strip_prefix("httpz-").is_some_and(|n| n.parse::<usize>().is_ok())
        };
        threads.iter().filter(is_worker).count()
    };
    let end = Instant::now() + PATIENCE;
    while workers() < expected && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(100));
    workers() == expected
}

#[test]
fn row_57_there_are_as_many_workers_as_asked_for_or_as_cores_allowed() {
    assert!(has_workers(&Holder::start(&[("HTTPZ_WORKERS", "3")]), 3));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    assert_eq!(Config::default().worker_count(), cores);
    assert!(has_workers(&Holder::start(&[]), cores));
    let name = "row_57_there_are_as_many_workers_as_asked_for_or_as_cores_allowed";
    if has_command(name, "taskset") {
        let mut tied = Command::new("taskset");
        tied.args(["-c", "0", env!("CARGO_BIN_EXE_configured")]);
        assert!(has_workers(&Holder::run(tied, &[]), 1), "one core is one worker");
    }
}
