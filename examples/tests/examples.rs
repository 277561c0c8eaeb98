//! Every example runs and does what it says: started as a user would, talked to over the network. In
//! the order of `README.md`.

use std::io::{BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::process::Command;

use httpz_examples::{Answer, Server, example, read_until};

// Examples with tests of their own. Said to be tested, cargo would not build them to be started; so
// their tests run here.
#[path = "../mini_app.rs"]
#[allow(dead_code, reason = "its `main` runs when the example is started")]
mod mini_app;
#[path = "../testing.rs"]
#[allow(dead_code, reason = "its `main` runs when the example is started")]
mod testing;

#[test]
fn hello_answers_and_shows_its_routes() {
    let server = Server::start("hello");
    assert!(server.printed.contains("/api/user/:id"), "{}", server.printed);
    server.get("/").is(200, "Hello, World!\n");
    server.get("/api/user/7").is(200, r#"{"id":7,"name":"Teg"}"#);
    assert_eq!(server.get("/api/user/abc").status, 400);
    server.stop();
}

#[test]
fn examples_print_their_routes_and_end_when_that_is_asked_for() {
    for (name, line) in [
        ("groups", "GET  /shops/tea/about"),
        ("unix_socket", "GET  /  index  Tells by which way the request came."),
        ("graceful_shutdown", "GET  /slow"),
    ] {
        let output = example(name).arg("--routes").output().expect("it runs");
        let printed = String::from_utf8(output.stdout).expect("text");
        assert!(output.status.success() && printed.contains(line), "{name}: {printed}");
        assert!(!printed.contains("listening"), "{name}: {printed}");
    }
}

#[test]
fn shared_data_is_seen_by_every_request() {
    let server = Server::start("shared_data");
    server.ask("POST /hits", &[], "").is(200, "1 hits\n");
    server.ask("POST /hits", &[], "").is(200, "2 hits\n");
    assert_eq!(server.ask("PUT /guests/bo", &[], "").status, 201);
    assert_eq!(server.ask("PUT /guests/ann", &[], "").status, 201);
    assert_eq!(server.ask("PUT /guests/ann", &[], "").status, 204);
    server.get("/guests").is(200, r#"["ann","bo"]"#);
    server.stop();
}

#[test]
fn dispatcher_times_wraps_and_leaves_out() {
    let server = Server::start("dispatcher");
    assert_eq!(server.get("/ping").header("server-timing"), None);
    let sum = server.get("/sum/5");
    sum.is(200, "10\n");
    assert!(sum.header("server-timing").is_some(), "{sum:?}");
    let report = server.get("/report");
    report.is(200, "all is well\n");
    assert!(report.header("server-timing").is_some(), "{report:?}");
    for tags in ["\"v7\"", "\"v6\", W/\"v7\""] {
        let known = server.ask("GET /report", &[&format!("If-None-Match: {tags}")], "");
        known.is(304, "");
        assert_eq!(known.header("server-timing"), None);
    }
    server.stop();
}

#[test]
fn groups_have_data_of_their_own() {
    let server = Server::start("groups");
    server.get("/shops/tea/about").is(200, "Welcome to the tea house\n");
    server.get("/shops/books/price/atlas").is(200, "40\n");
    server.get("/shops/tea/price/atlas").is(404, "the tea house sells no atlas");
    server.get("/in/fr/hello/ann").is(200, "Bonjour ann\n");
    server.stop();
}

#[test]
fn request_context_is_made_by_guards_or_refused() {
    let server = Server::start("request_context");
    let (ann, bo) = ("Authorization: Bearer a-secret", "Authorization: Bearer b-secret");
    let refused = server.get("/me");
    refused.is(401, "sign in first");
    assert_eq!(refused.header("www-authenticate"), Some("bearer"));
    server.ask("GET /me", &[bo], "").is(200, "bo\n");
    server.ask("GET /admin/users", &[bo], "").is(403, "for admins only");
    server.ask("GET /admin/users", &[ann], "").is(200, r#"["bo"]"#);
    server.stop();
}

#[test]
fn json_api_keeps_tasks() {
    let server = Server::start("json_api");
    let made = server.ask("POST /tasks", &[], r#"{"title":"\u0074ea"}"#);
    made.is(201, r#"{"id":1,"title":"tea","done":false}"#);
    assert_eq!(made.header("location"), Some("/tasks/1"));
    for request in ["POST /tasks", "PATCH /tasks/1"] {
        server.ask(request, &[], r#"{"title":" "}"#).is(422, "a task needs a title");
    }
    assert_eq!(server.ask("POST /tasks", &[], "{").status, 400);
    let done = r#"{"id":1,"title":"tea","done":true}"#;
    server.ask("PATCH /tasks/1", &[], r#"{"done":true}"#).is(200, done);
    server.get("/tasks").is(200, &format!("[{done}]"));
    assert_eq!(server.ask("DELETE /tasks/1", &[], "").status, 204);
    server.get("/tasks/1").is(404, "no such task");
    server.stop();
}

#[test]
fn files_are_sent_beside_other_routes() {
    let server = Server::start("files");
    assert_eq!(server.get("/api/uptime").status, 200);
    let style = server.get("/style.css");
    assert_eq!(
        (style.status, style.header("content-type")),
        (200, Some("text/css; charset=utf-8"))
    );
    let known = format!("If-None-Match: {}", style.header("etag").expect("it has one"));
    server.ask("GET /style.css", &[&known], "").is(304, "");
    let packed = server.ask("HEAD /style.css", &["Accept-Encoding: gzip"], "");
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    let page = server.ask("GET /about", &["Accept: text/html"], "");
    assert!(page.status == 200 && page.body.starts_with("<!doctype html>"), "{page:?}");
    assert_eq!(server.get("/about.js").status, 404);
    server.stop();
}

#[test]
fn compression_leaves_out_what_has_secrets() {
    let server = Server::start("compression");
    let gzip = "Accept-Encoding: gzip";
    for (path, expected) in [
        ("/numbers/1000", Some("gzip")),
        ("/numbers/3", None),
        ("/countdown/1", Some("gzip")),
        ("/search?for=tea", None),
        ("/account", None),
    ] {
        let head = server.ask(&format!("HEAD {path}"), &[gzip], "");
        assert_eq!((head.status, head.header("content-encoding")), (200, expected), "{path}");
    }
    assert_eq!(server.get("/numbers/1000").header("content-encoding"), None);
    server.stop();
}

#[test]
fn mini_app_keeps_users_behind_a_token_and_tells_what_happens() {
    let server = Server::start("mini_app");
    server.get("/api/users").is(401, "who are you?");
    let token = "Authorization: Bearer secret";
    let mut events = BufReader::new(server.open("GET /events", &[], ""));
    read_until(&mut events, "text/event-stream");
    let bo = r#"{"id":1,"name":"bo"}"#;
    server.ask("POST /api/users", &[token], r#"{"name":"bo"}"#).is(201, bo);
    read_until(&mut events, "data: ann made 1");
    server.ask("GET /api/users?limit=1", &[token], "").is(200, &format!("[{bo}]"));
    assert_eq!(server.ask("DELETE /api/users/1", &[token], "").status, 204);
    server.ask("GET /api/users/1", &[token], "").is(404, "no such user");
    server.stop();
}

/// `docs/comparison.md` counts them: a whole application takes no more than a hundred lines.
#[test]
fn mini_app_is_short() {
    let text = include_str!("../mini_app.rs");
    let (application, tests) = text.split_once("#[cfg(test)]").expect("it has tests");
    let lines = |text: &str| {
        let text = text.lines().map(str::trim);
        text.filter(|line| !line.is_empty() && !line.starts_with("//")).count()
    };
    assert!(lines(application) <= 100, "{} lines", lines(application));
    assert!(lines(tests) <= 24, "{} lines", lines(tests));
}

#[test]
fn query_and_form_are_read_as_structs() {
    let server = Server::start("query_and_form");
    let found = "5 of \"green tea\" with [\"a\", \"b\"]\n";
    server.get("/search?text=green+tea&limit=5&tag=a&tag=b").is(200, found);
    assert_eq!(server.get("/search?text=x&limit=many").status, 400);
    let raw = server.get("/raw?caf%C3%A9=%26&x");
    raw.is(200, "café is \"&\"\nx is \"\"\n");
    assert_eq!(raw.header("content-type"), Some("text/plain; charset=utf-8"));
    assert!(server.get("/").body.contains("<form method=post>"));
    let sent = server.ask("POST /", &[], "name=ann+b&cups=2&milk=true");
    assert_eq!((sent.status, sent.header("location")), (303, Some("/thanks/ann%20b/2/white")));
    server.get("/thanks/ann%20b/2/white").is(200, "2 white for ann b\n");
    server.stop();
}

#[test]
fn chunked_answers_come_bit_by_bit() {
    let server = Server::start("chunked");
    let mut answer = BufReader::new(server.open("GET /countdown/2", &[], ""));
    let head = read_until(&mut answer, "2\n");
    assert!(head.to_lowercase().contains("transfer-encoding: chunked"), "{head}");
    assert!(!head.contains("lift-off"), "{head}");
    read_until(&mut answer, "lift-off");
    let squares = server.get("/squares/3000");
    assert!(squares.body.contains("\n3000,9000000\n"), "{squares:?}");
    server.stop();
}

#[test]
fn upload_reads_bodies_part_by_part_from_those_who_may() {
    let server = Server::start("upload");
    let key = "Authorization: Bearer a-secret";
    let text = "one two\n".repeat(500_000);
    server.ask("PUT /texts/long", &[key], &text).is(200, "long: 500000 lines, 1000000 words\n");
    // Nothing is sent but the head, and that it goes on is never said.
    let mut stream =
        server.open("PUT /texts/x", &["Content-Length: 4000000", "Expect: 100-continue"], "");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it is text, and ends");
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    server.ask("POST /titles", &[], " tea at four ").is(200, "TEA AT FOUR\n");
    server.ask("POST /titles", &[], &"x".repeat(81)).is(413, "a title is short");
    server.stop();
}

#[test]
fn events_reach_everybody_and_those_who_come_again() {
    let server = Server::start("events");
    assert!(server.get("/").body.contains("new EventSource"));
    let mut first = BufReader::new(server.open("GET /live", &[], ""));
    read_until(&mut first, "data: 1 here");
    let mut second = BufReader::new(server.open("GET /live", &[], ""));
    read_until(&mut second, "data: 2 here");
    for text in ["tea", "cake"] {
        assert_eq!(server.ask("POST /say", &[], &format!("who=ann&text={text}")).status, 204);
    }
    for stream in [&mut first, &mut second] {
        let heard = read_until(stream, "id: 2");
        assert!(heard.contains(r#"data: {"who":"ann","text":"tea"}"#), "{heard}");
    }
    let mut again = BufReader::new(server.open("GET /live", &["Last-Event-ID: 1"], ""));
    let missed = read_until(&mut again, "id: 2");
    assert!(missed.contains("cake") && !missed.contains("tea"), "{missed}");
    server.stop();
}

#[test]
fn websocket_lets_everybody_hear_what_one_says() {
    let server = Server::start("websocket");
    assert!(server.get("/").body.contains("new WebSocket"));
    let enter = |name: &str| {
        let fields = [
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ];
        let mut stream = BufReader::new(server.open(&format!("GET /room/{name}"), &fields, ""));
        assert!(read_until(&mut stream, "\r\n").contains(" 101 "));
        while read_until(&mut stream, "\r\n") != "\r\n" {}
        stream
    };
    let (mut ann, mut bo) = (enter("ann"), enter("bo"));
    // Bo is in the room once he hears himself; a text of two letters, masked with zeros.
    for (speaker, line) in [("bo", "bo: hi"), ("ann", "ann: hi")] {
        let stream = if speaker == "bo" { &mut bo } else { &mut ann };
        stream.get_mut().write_all(b"\x81\x82\0\0\0\0hi").expect("sent");
        let mut heard = vec![0; 2 + line.len()];
        bo.read_exact(&mut heard).expect("a frame");
        assert_eq!(heard, [&[0x81, line.len() as u8], line.as_bytes()].concat());
    }
    server.stop();
}

#[test]
fn cors_lets_pages_of_some_origins_ask() {
    let server = Server::start("cors");
    let allowed = "access-control-allow-origin";
    assert_eq!(server.get("/time").header(allowed), Some("*"));
    let from = |origin| server.ask("GET /basket", &[&format!("Origin: https://{origin}")], "");
    assert_eq!(from("shop.example").header(allowed), Some("https://shop.example"));
    assert_eq!(from("evil.example").header(allowed), None);
    let preflight = ["Origin: https://shop.example", "Access-Control-Request-Method: PUT"];
    let preflight = server.ask("OPTIONS /basket", &preflight, "");
    assert_eq!((preflight.status, preflight.header(allowed)), (204, Some("https://shop.example")));
    assert_eq!(preflight.header("access-control-allow-methods"), Some("get, put"));
    server.ask("PUT /basket", &[], r#"["tea","milk"]"#).is(200, "2 things\n");
    server.stop();
}

#[test]
fn unix_socket_answers_beside_the_network() {
    let name = format!("httpz-example-{}.sock", std::process::id());
    let path = std::env::temp_dir().join(name);
    let shown = path.to_str().expect("it is text");
    let listen = format!("127.0.0.1:0,unix:{shown};mode=660");
    let server = Server::start_with("unix_socket", &[("HTTPZ_LISTEN", &listen)]);
    assert!(server.get("/").body.starts_with("you came over the network, from 127.0.0.1:"));
    assert_eq!(path.metadata().expect("it is there").permissions().mode() & 0o777, 0o660);
    let mut stream = UnixStream::connect(&path).expect("it listens");
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    Answer::read(&answer).is(200, "you came through the file\n");
    let printed = server.stop();
    assert!(printed.contains(&format!("listening on unix:{shown}")), "{printed}");
    assert!(!path.exists(), "the file is removed at the end");
}

#[test]
fn https_is_spoken_and_http_sent_there() {
    let variables = [("HTTPZ_LISTEN", "tls:127.0.0.1:0"), ("PLAIN_PORT", "0")];
    let server = Server::start_with("https", &variables);
    let (_, secure) = server.printed.split_once("listening on ").expect("it says where");
    let secure = secure.lines().next().expect("a line").to_owned();
    let answer = server.get("/?by=http");
    assert_eq!(answer.status, 308);
    assert_eq!(answer.header("location"), Some(&*format!("{secure}?by=http")));
    // Nothing here is a client that speaks TLS.
    match Command::new("curl").args(["-sk", &secure]).output() {
        Ok(output) => {
            assert_eq!(String::from_utf8_lossy(&output.stdout), "you came by https\n");
        }
        Err(_) => {
            eprintln!("half of https_is_spoken_and_http_sent_there: `curl` is not installed");
        }
    }
    server.stop();
}

#[test]
fn custom_errors_are_shaped_in_one_place() {
    let server = Server::start("custom_errors");
    server.ask("POST /buy/tea", &[], "").is(200, "here is your tea\n");
    server.ask("POST /buy/cake", &[], "").is(409, "409: the last cake was sold at noon\n");
    server.ask("POST /buy/hat", &[], "").is(404, "404: we do not have that\n");
    server.get("/stock").is(500, "500: Internal Server Error\n");
    server.get("/bug").is(500, "500: Internal Server Error\n");
    let page = server.ask("GET /stock", &["Accept: text/html"], "");
    page.is(500, "<h1>500</h1><p>Internal Server Error</p>\n");
    server.get("/nowhere").is(404, "404: there is no /nowhere; try /stock or /bug\n");
    server.ask("GET x", &[], "").is(400, "400: malformed request target\n");
    server.stop();
}

#[test]
fn testing_serves_what_it_tests() {
    let server = Server::start("testing");
    server.get("/tea/oolong").is(200, "a pot of oolong");
    server.get("/search").is(400, "which taste?");
    server.stop();
}

#[test]
fn graceful_shutdown_answers_what_is_in_flight() {
    let server = Server::start("graceful_shutdown");
    let mut slow = server.open("GET /slow", &[], "");
    let mut stream = BufReader::new(server.open("GET /stream", &[], ""));
    // By the first event both requests have been begun: a second has passed.
    read_until(&mut stream, "still here");
    server.signal();
    read_until(&mut stream, "goodbye");
    let mut answer = String::new();
    slow.read_to_string(&mut answer).expect("an answer");
    let answer = Answer::read(&answer);
    answer.is(200, "done\n");
    assert_eq!(answer.header("connection"), Some("close"));
    let printed = server.wait();
    assert!(printed.contains("nothing left undone"), "{printed}");
}

#[test]
fn router_alone_finds_commands() {
    let output = example("router_alone").output().expect("it runs");
    let printed = String::from_utf8(output.stdout).expect("text");
    for line in ["here is user 7", "here you are", "opening the text notes", "hello world"] {
        assert!(printed.contains(line), "{printed}");
    }
}
