//! Which steps are measured, and on which bytes?

use std::fmt;
use std::hint::black_box;
use std::rc::Rc;

use httpz::prelude::*;
use httpz_core::exchange::{Lease, Pool, PoolLimits};
use httpz_core::memory::Sizes;
use httpz_core::message::Ambient;
use httpz_core::proto::encode::{self, AnswerHead, FieldBlock, Length, Opening};
use httpz_core::proto::{Decoder, Framing, Head, Limits, Status, Version};
use httpz_core::testing::Loopback;
use serde::{Deserialize, Serialize};

const SHORT_HEAD: &[u8] = b"GET /plaintext HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";

const BROWSER_HEAD: &[u8] = b"GET /plaintext HTTP/1.1\r\nHost: localhost:8080\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
    Accept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\n\
    Referer: http://localhost:8080/index.html\r\n\
    Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n\
    Connection: keep-alive\r\nUpgrade-Insecure-Requests: 1\r\nCache-Control: max-age=0\r\n\r\n";

const CHUNKS: &[u8] = b"10\r\n0123456789abcdef\r\n8\r\n01234567\r\n1\r\nx\r\n0\r\n\r\n";

/// Requests of one whole-request case; they arrive together, on a new connection each time.
const BATCH: usize = 64;

/// A step, by the name it has in reports.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    name: &'static str,
    prepare: fn() -> Box<dyn FnMut()>,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

const ALL: &[Case] = &[
    Case { name: "head, one field", prepare: || head(SHORT_HEAD) },
    Case { name: "head, ten fields", prepare: || head(BROWSER_HEAD) },
    Case { name: "answer head", prepare: answer_head },
    Case { name: "three chunks in", prepare: chunks_in },
    Case { name: "three chunks out", prepare: chunks_out },
    Case { name: "query, plain", prepare: || query("/?search=tea&page=2&tag=green") },
    Case { name: "query, escaped", prepare: || query("/?search=green+tea&page=%32&tag=%C3%A9") },
    Case { name: "lease and return", prepare: lease },
    Case { name: "64 x plaintext, in memory", prepare: || whole("GET", "/plaintext", "") },
    Case { name: "64 x browser, in memory", prepare: browser },
    Case { name: "64 x async plaintext, in memory", prepare: || whole("GET", "/async", "") },
    Case { name: "64 x json, in memory", prepare: || whole("GET", "/json", "") },
    Case { name: "64 x users/:id, in memory", prepare: || whole("GET", "/users/12345", "") },
    Case {
        name: "64 x echo, in memory",
        prepare: || whole("POST", "/echo", r#"{"name":"Tegan","n":123456}"#),
    },
];

impl Case {
    pub fn all() -> &'static [Self] {
        ALL
    }

    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|case| case.name == name)
    }

    /// Everything that is not measured, done once; what it returns is.
    pub fn prepare(&self) -> Box<dyn FnMut()> {
        (self.prepare)()
    }
}

fn head(bytes: &'static [u8]) -> Box<dyn FnMut()> {
    let limits = Limits::default();
    let mut head = Head::with_capacity(32);
    Box::new(move || {
        head.clear();
        let whole = head.parse(black_box(bytes), 0, &limits, false);
        assert_eq!(whole, Ok(true), "a head of this file is whole");
    })
}

fn answer_head() -> Box<dyn FnMut()> {
    let mut fields = FieldBlock::with_capacity(256, 8);
    fields.push(b"Cache-Control", b"max-age=60").expect("a plain field");
    let opening = Opening::at(1_700_000_000);
    let mut out = Vec::with_capacity(1024);
    Box::new(move || {
        out.clear();
        let answer = AnswerHead {
            version: Version::Http11,
            status: Status::OK,
            opening: &opening,
            has_date: false,
            content_type: None,
            fields: &fields,
            length: Length::Counted(black_box(13)),
            persists: true,
        };
        encode::head(&mut out, &answer);
        black_box(&out);
    })
}

fn chunks_in() -> Box<dyn FnMut()> {
    Box::new(|| {
        let mut decoder = Decoder::new(Framing::Chunked, 1 << 20).expect("chunks have no length");
        let mut rest = black_box(CHUNKS);
        while !decoder.is_done() {
            let piece = decoder.next(rest).expect("the chunks of this file are right");
            black_box(piece.data);
            rest = &rest[piece.consumed..];
        }
    })
}

fn chunks_out() -> Box<dyn FnMut()> {
    let mut out = Vec::with_capacity(1024);
    Box::new(move || {
        out.clear();
        for data in [&b"0123456789abcdef"[..], b"01234567", b"x"] {
            encode::chunk(&mut out, black_box(data));
        }
        encode::last_chunk(&mut out);
        black_box(&out);
    })
}

/// Making the request is part of it; a query is decoded once per request.
fn query(target: &'static str) -> Box<dyn FnMut()> {
    Box::new(move || {
        let req = Request::get(black_box(target));
        let query = req.query().expect("the queries of this file are right");
        assert!(query.get("tag").is_some(), "the last parameter is there");
    })
}

fn lease() -> Box<dyn FnMut()> {
    let limits = Rc::new(Limits::default());
    let ambient = Rc::new(Ambient::new(1_700_000_000));
    let pool = Pool::new(PoolLimits { min: 1, max: 4 }, Sizes::default(), limits, ambient);
    let mut lease = Lease::of(pool);
    Box::new(move || {
        black_box(lease.take());
        lease.give_back();
    })
}

#[derive(Serialize, Deserialize)]
struct Echo {
    name: String,
    n: u64,
}

#[derive(Serialize)]
struct Message {
    message: &'static str,
}

#[derive(Serialize)]
struct User {
    id: u64,
    name: &'static str,
}

#[get("/plaintext")]
fn plaintext() -> &'static str {
    "Hello, World!"
}

#[get("/async")]
async fn later() -> &'static str {
    "Hello, World!"
}

#[get("/json")]
fn json() -> Json<Message> {
    Json(Message { message: "Hello, World!" })
}

#[get("/users/:id")]
fn user(id: u64) -> Json<User> {
    Json(User { id, name: "Teg" })
}

#[post("/echo")]
fn echo(Json(echo): Json<Echo>) -> Json<Echo> {
    Json(echo)
}

fn whole(method: &str, target: &str, body: &str) -> Box<dyn FnMut()> {
    let about_body = match body.len() {
        0 => String::new(),
        n => format!("Content-Type: application/json\r\nContent-Length: {n}\r\n"),
    };
    let host = "Host: 127.0.0.1:8080\r\n";
    batch(format!("{method} {target} HTTP/1.1\r\n{host}{about_body}\r\n{body}").as_bytes())
}

fn browser() -> Box<dyn FnMut()> {
    batch(BROWSER_HEAD)
}

/// The same request, over and over, and all of its answers.
fn batch(request: &[u8]) -> Box<dyn FnMut()> {
    let built = App::new((), |r| r.mount(routes![plaintext, later, json, user, echo]))
        .build()
        .expect("the routes of this file do not collide");
    let config = built.config().clone();
    let loopback = Loopback::new(built, &config);
    let batch = request.repeat(BATCH);
    let answered = loopback.send(&batch).windows(15).filter(|it| it == b"HTTP/1.1 200 OK").count();
    assert_eq!(answered, BATCH, "{} is answered", String::from_utf8_lossy(request));
    Box::new(move || {
        black_box(loopback.send(black_box(&batch)));
    })
}
