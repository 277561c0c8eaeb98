//! Answers that are compressed on their way: which, for whom, and what their heads say.

use std::io::Read;

use flate2::read::GzDecoder;
use httpz::ext::compression::Compression;
use httpz::ext::files::Files;
use httpz::prelude::*;
use httpz::sse::Event;
use httpz::testing::{Client, Reply};
use httpz::{Cors, Dispatch};

use httpz_tests::fuzz::cuts::Random;

const GZIP: &[(&str, &str)] = &[("accept-encoding", "gzip")];

fn unpack(bytes: &[u8]) -> Vec<u8> {
    let (mut plain, mut decoder) = (Vec::new(), GzDecoder::new(bytes));
    decoder.read_to_end(&mut plain).expect("a whole gzip file");
    assert!(decoder.into_inner().is_empty(), "bytes behind the end");
    plain
}

/// What can be made of the beginning of a gzip file.
fn unpack_part(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let end = GzDecoder::new(bytes).read_to_end(&mut plain);
    assert!(end.is_err(), "it is whole");
    plain
}

fn text(n: usize) -> String {
    let lines = (0..).map(|n| format!("line {n}\n"));
    lines.flat_map(String::into_bytes).map(char::from).take(n).collect()
}

fn ask_by(method: Method, app: App<()>, fields: &[(&str, &str)]) -> Reply {
    let client = Client::new(app);
    let draft = client.request(method, "/");
    fields.iter().fold(draft, |draft, (name, value)| draft.header(name, value)).send()
}

fn ask(app: App<()>, fields: &[(&str, &str)]) -> Reply {
    ask_by(Method::Get, app, fields)
}

/// Answers with what this sets, compressed.
fn app(answer: impl Fn(&mut Response) + Send + Sync + 'static) -> App<()> {
    app_with(Compression::new(), answer)
}

fn app_with(
    compression: Compression,
    answer: impl Fn(&mut Response) + Send + Sync + 'static,
) -> App<()> {
    routes(answer).compress(compression)
}

fn routes(answer: impl Fn(&mut Response) + Send + Sync + 'static) -> App<()> {
    App::new((), |r| r.get("/", move |_: &Request, res: &mut Response| answer(res)))
}

fn is_packed(reply: &Reply) -> bool {
    reply.find_header("content-encoding") == Some("gzip")
}

fn varies(reply: &Reply) -> bool {
    reply.find_headers("vary").any(|line| line.contains("Accept-Encoding"))
}

#[test]
fn a_text_is_compressed_for_whoever_takes_it() {
    for n in [1024, 5000, 64 * 1024, 64 * 1024 + 1, 300_000, 3_000_000] {
        let app = || app(move |res| _ = res.text(&text(n)));
        let plain = ask(app(), &[]).status(200).no_header("content-encoding");
        assert!(varies(&plain));
        assert_eq!(plain.body(), text(n).as_bytes());
        let packed = ask(app(), GZIP).status(200).header("content-encoding", "gzip");
        let packed = packed.header("content-type", "text/plain; charset=utf-8");
        assert!(varies(&packed) && packed.body().len() < n / 2);
        assert_eq!(unpack(packed.body()), text(n).as_bytes(), "{n}");
        match n <= 64 * 1024 {
            true => _ = packed.clone().header("content-length", &packed.body().len().to_string()),
            false => _ = packed.no_header("content-length").header("transfer-encoding", "chunked"),
        }
    }
}

#[test]
fn what_is_not_worth_it_or_must_not_be_changed_is_left_alone() {
    type Set = fn(&mut Response);
    // Whether it says that it depends on the codings, though it is sent plain.
    let cases: [(&str, bool, Set); 17] = [
        ("small", false, |res| _ = res.text(&text(1023))),
        ("empty", false, |res| _ = res.text("")),
        ("no type", false, |res| _ = res.body(text(5000))),
        ("image", false, |res| _ = res.content_type(ContentType::Png).body(text(5000))),
        ("font", false, |res| _ = res.content_type(ContentType::Woff2).body(text(5000))),
        ("bytes", false, |res| _ = res.content_type(ContentType::Binary).body(text(5000))),
        ("coded", false, |res| _ = res.header("Content-Encoding", "br").text(&text(5000))),
        ("identity", false, |res| _ = res.header("content-encoding", "identity").text(&text(5000))),
        ("part", false, |res| {
            res.status(206).header("Content-Range", "bytes 0-4999/9999").text(&text(5000));
        }),
        ("parts", false, |res| _ = res.status(206).text(&text(5000))),
        ("kept", false, |res| _ = res.header("Cache-Control", "no-transform").text(&text(5000))),
        ("kept too", false, |res| {
            res.header("Cache-Control", "private")
                .header("cache-control", "max-age=1, No-Transform");
            res.text(&text(5000));
        }),
        ("digest", false, |res| {
            _ = res.header("Content-Digest", "sha-256=:AA==:").text(&text(5000))
        }),
        ("no content", false, |res| _ = res.status(204)),
        ("reset", false, |res| _ = res.status(205)),
        ("unchanged", false, |res| _ = res.status(304).header("ETag", "\"a\"")),
        ("random", true, |res| {
            let mut random = Random::new(7);
            let bytes: Vec<u8> = (0..5000).map(|_| random.below(256) as u8).collect();
            res.content_type(ContentType::Text).body(bytes);
        }),
    ];
    for (name, says_so, set) in cases {
        let (plain, packed) = (ask(app(set), &[]), ask(app(set), GZIP));
        assert!(!is_packed(&packed), "{name}");
        assert_eq!(plain.body(), packed.body(), "{name}");
        assert_eq!([varies(&plain), varies(&packed)], [says_so, says_so], "{name}");
        assert_eq!(
            plain.find_header("content-length"),
            packed.find_header("content-length"),
            "{name}"
        );
        assert_eq!(plain.find_header("etag"), packed.find_header("etag"), "{name}");
    }
}

#[test]
fn kinds_of_content_are_chosen_by_name() {
    for (kind, expected) in [
        ("text/html", true),
        ("Text/HTML; charset=utf-8", true),
        ("application/json", true),
        ("application/problem+json", true),
        ("application/atom+xml ; x=y", true),
        ("image/svg+xml", true),
        ("application/wasm", true),
        ("font/ttf", true),
        ("font/woff2", false),
        ("image/webp", false),
        ("application/zip", false),
        ("application/jsonx", false),
        ("text/event-stream", false),
        ("", false),
    ] {
        let app = app(move |res| _ = res.header("Content-Type", kind).body(text(5000)));
        assert_eq!(is_packed(&ask(app, GZIP)), expected, "{kind}");
    }
    let fails = app_with(Compression::new().types(|_| panic!("on purpose")), |res| {
        _ = res.text(&text(5000))
    });
    ask(fails, GZIP).status(200).no_header("content-encoding").text(&text(5000));
    let only_zip = Compression::new().types(|kind| kind == "application/zip");
    for (kind, expected) in [("application/ZIP;a=b", true), ("text/plain", false)] {
        let app =
            app_with(only_zip, move |res| _ = res.header("Content-Type", kind).body(text(5000)));
        assert_eq!(is_packed(&ask(app, GZIP)), expected, "{kind}");
    }
}

#[test]
fn the_client_decides() {
    for (accepts, n, expected) in [
        ("gzip", 5000, true),
        ("br, gzip;q=0.1", 5000, true),
        ("*", 5000, true),
        ("br", 5000, false),
        ("gzip;q=0", 5000, false),
        ("gzip;q=0.5, identity", 5000, false),
        ("identity;q=0", 5000, false),
        // Whoever takes nothing plain gets nothing plain, however small.
        ("gzip, identity;q=0", 5, true),
        ("gzip, *;q=0", 5, true),
        ("gzip, *;q=0", 0, false),
        ("gzip", 5, false),
    ] {
        let reply = ask(app(move |res| _ = res.text(&text(n))), &[("accept-encoding", accepts)]);
        assert_eq!(is_packed(&reply), expected, "{accepts} {n}");
        let plain = if expected { unpack(reply.body()) } else { reply.body().to_vec() };
        assert_eq!(plain, text(n).as_bytes(), "{accepts} {n}");
    }
}

#[test]
fn settings_of_the_innermost_count() {
    let page = handler(|_: &Request, res: &mut Response| _ = res.text(&text(500)));
    let app = App::new((), |r| {
        r.get("/", page)
            .group("/all", |g| g.dispatch(Compression::new().min_size(1)).get("/", page))
            .group("/none", |g| {
                g.dispatch(Compression::new().min_size(1))
                    .with(|g| g.dispatch(Compression::off()).get("/", page))
            })
    });
    let client = Client::new(app.compress(Compression::new().min_size(501)))
        .header("accept-encoding", "gzip");
    assert_eq!(
        ["/", "/all/", "/none/"].map(|path| is_packed(&client.get(path))),
        [false, true, false]
    );
    let sizes = [0, 1, 9, 200].map(|level| {
        let app = app_with(Compression::new().level(level), |res| _ = res.text(&text(50_000)));
        ask(app, GZIP).body().len()
    });
    assert!(sizes[0] == sizes[1] && sizes[1] > sizes[2] && sizes[2] == sizes[3], "{sizes:?}");
}

#[test]
fn caches_are_told_once_what_it_depends_on() {
    for (vary, expected) in [
        (&[][..], &["Accept-Encoding"][..]),
        (&["Origin"], &["Origin", "Accept-Encoding"]),
        (&["Origin", "Accept"], &["Origin", "Accept", "Accept-Encoding"]),
        (&["Accept, accept-encoding"], &["Accept, accept-encoding"]),
        (&["Accept", "ACCEPT-ENCODING"], &["Accept", "ACCEPT-ENCODING"]),
        (&["*"], &["*"]),
    ] {
        let app = || {
            app(move |res| {
                vary.iter().for_each(|vary| _ = res.header("Vary", vary));
                res.text(&text(5000));
            })
        };
        for reply in [ask(app(), GZIP), ask(app(), &[])] {
            assert_eq!(reply.find_headers("vary").collect::<Vec<_>>(), expected);
        }
    }
}

#[test]
fn a_tag_becomes_weak_and_is_known_again() {
    let app = || {
        let page = |req: &Request, res: &mut Response| {
            res.header("ETag", "\"a\"").header("Accept-Ranges", "bytes");
            let known = req.header("if-none-match").unwrap_or_default();
            match known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == "\"a\"") {
                true => _ = res.status(304),
                false => _ = res.text(&text(5000)),
            }
        };
        App::new((), |r| r.get("/", page)).compress(Compression::new())
    };
    let plain = ask(app(), &[]);
    plain.header("etag", "\"a\"").header("accept-ranges", "bytes");
    let packed = ask(app(), GZIP).header("etag", "W/\"a\"").no_header("accept-ranges");
    assert!(is_packed(&packed));
    for (known, told, says_so) in [
        ("\"a\"", "\"a\"", false),
        ("W/\"a\"", "W/\"a\"", true),
        ("\"b\", W/\"a\"", "W/\"a\"", true),
        ("W/\"b\", \"a\"", "\"a\"", false),
    ] {
        let fields = [("accept-encoding", "gzip"), ("if-none-match", known)];
        let reply =
            ask(app(), &fields).status(304).header("etag", told).no_header("content-encoding");
        assert_eq!(varies(&reply), says_so, "{known}");
    }
    let weak = ask(self::app(|res| _ = res.header("ETag", "W/\"b\"").text(&text(5000))), GZIP);
    weak.header("etag", "W/\"b\"").header("content-encoding", "gzip");
}

#[test]
fn head_says_what_get_says() {
    type Set = fn(&mut Response);
    let cases: [(&str, Set); 6] = [
        ("little", |res| _ = res.text("hi")),
        ("some", |res| _ = res.header("ETag", "\"a\"").text(&text(5000))),
        ("much", |res| _ = res.header("ETag", "\"a\"").text(&text(500_000))),
        ("an image", |res| _ = res.content_type(ContentType::Png).body(text(5000))),
        ("pieces", |res| {
            res.content_type(ContentType::Text).stream(async |res| res.chunk(text(5000)).await);
        }),
        ("pieces of a known length", |res| {
            res.content_type(ContentType::Text).content_length(5000);
            res.stream(async |res| res.chunk(text(5000)).await);
        }),
    ];
    for (name, set) in cases {
        for fields in [&[][..], GZIP] {
            let [get, head] = [Method::Get, Method::Head].map(|method| {
                let reply = ask_by(method, app(set), fields);
                let names =
                    ["content-encoding", "content-length", "transfer-encoding", "vary", "etag"];
                let said = names.map(|name| reply.find_header(name).map(str::to_owned));
                (said, reply.body().is_empty())
            });
            assert_eq!(get.0, head.0, "{name} {fields:?}");
            assert!(head.1 && !get.1, "{name}");
        }
    }
}

#[test]
fn pieces_leave_when_their_handler_waits() {
    async fn count(_: &Request, res: &mut Response) -> Result {
        res.content_type(ContentType::Text);
        for n in 0..3 {
            res.chunk(format!("one {n}, ")).await?;
            res.chunk(format!("two {n}\n")).await?;
            tokio_less_wait().await;
        }
        Ok(())
    }
    let app = App::new((), |r| r.get("/", async_handler(count))).compress(Compression::new());
    let client = Client::new(app).header("accept-encoding", "gzip");
    let mut live = client.open("/").status(200).header("content-encoding", "gzip");
    let mut packed = Vec::new();
    for n in 0..3 {
        packed.extend(live.next_chunk().unwrap());
        // The first has the head of the file as well.
        while !unpack_part(&packed).ends_with(format!("one {n}, two {n}\n").as_bytes()) {
            packed.extend(live.next_chunk().unwrap());
        }
    }
    while let Some(chunk) = live.next_chunk() {
        packed.extend(chunk);
    }
    assert_eq!(unpack(&packed), b"one 0, two 0\none 1, two 1\none 2, two 2\n");
}

/// Waits once for nothing.
async fn tokio_less_wait() {
    let mut waited = false;
    std::future::poll_fn(|cx| {
        cx.waker().wake_by_ref();
        match std::mem::replace(&mut waited, true) {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
}

#[test]
fn a_length_that_was_declared_is_not_sent_but_is_kept_to() {
    for (said, sent, expected) in
        [(5000, 5000, Ok(())), (5001, 5000, Err(())), (4999, 5000, Err(()))]
    {
        let app = || {
            app(move |res| {
                res.content_type(ContentType::Text).content_length(said);
                res.stream(async move |res| {
                    for piece in text(sent).as_bytes().chunks(1000) {
                        res.chunk(piece).await?;
                    }
                    Ok(())
                });
            })
        };
        let client = Client::new(app()).header("accept-encoding", "gzip");
        let reply = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| client.get("/")));
        assert_eq!(reply.as_ref().map(drop).map_err(drop), expected, "{said}");
        if let Ok(reply) = reply {
            assert_eq!(unpack(reply.body()), text(sent).as_bytes());
            reply.no_header("content-length").header("transfer-encoding", "chunked");
        }
    }
    // Where it is known to be small.
    let small = ask(
        app(|res| {
            res.content_type(ContentType::Text).content_length(5);
            res.stream(async |res| res.chunk("hello").await);
        }),
        GZIP,
    );
    small.header("content-length", "5").no_header("content-encoding").text("hello");
}

#[test]
fn a_stream_that_fails_is_cut() {
    let app = app(|res| {
        res.content_type(ContentType::Text);
        res.stream(async |res| {
            res.chunk(text(200_000)).await?;
            Err(Error::status(403, "no more"))
        });
    });
    let client = Client::new(app).header("accept-encoding", "gzip");
    let raw = client.open("/").leave();
    assert!(!raw.ends_with(b"0\r\n\r\n"), "it ends as if it were whole");
    let cut = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| client.get("/")));
    assert!(cut.is_err());
}

#[test]
fn old_clients_get_the_stream_up_to_the_end_of_the_connection() {
    for whole in [true, false] {
        let app = app(move |res| {
            res.content_type(ContentType::Text);
            match whole {
                true => _ = res.body(text(200_000)),
                false => _ = res.stream(async |res| res.chunk(text(200_000)).await),
            }
        });
        let request = b"GET / HTTP/1.0\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n";
        let reply = Client::new(app).send(request).header("content-encoding", "gzip");
        let reply = reply.no_header("transfer-encoding").no_header("content-length");
        assert_eq!(unpack(reply.body()), text(200_000).as_bytes());
    }
}

#[test]
fn an_answer_that_is_written_early_is_compressed_then() {
    for n in [100, 5000, 300_000] {
        let early = async move |_: &Request, res: &mut Response| -> Result {
            res.text(&text(n)).write().await?;
            assert!(res.written());
            Ok(())
        };
        let app = App::new((), |r| r.get("/", async_handler(early))).compress(Compression::new());
        let reply = ask(app, GZIP);
        let plain = if is_packed(&reply) { unpack(reply.body()) } else { reply.body().to_vec() };
        assert_eq!((is_packed(&reply), &*plain), (n > 1024, text(n).as_bytes()));
    }
}

#[test]
fn errors_are_compressed_as_well() {
    let app = || {
        App::new((), |r| r.get("/", handler(|_, _| Err::<(), _>(Error::status(403, "no")))))
            .on_error(|_, res, error| _ = res.text(&format!("{}\n{}", error.code(), text(5000))))
            .compress(Compression::new())
            .cors(Cors::origins(["https://a.example", "https://b.example"]))
    };
    let client =
        Client::new(app()).header("accept-encoding", "gzip").header("origin", "https://b.example");
    for (path, code) in [("/", 403), ("/nowhere", 404)] {
        let reply = client.get(path).status(code).header("content-encoding", "gzip");
        let reply = reply.header("access-control-allow-origin", "https://b.example");
        assert_eq!(reply.find_headers("vary").collect::<Vec<_>>(), ["Origin", "Accept-Encoding"]);
        assert_eq!(unpack(reply.body()), format!("{code}\n{}", text(5000)).as_bytes());
    }
    client.delete("/").status(405).header("content-encoding", "gzip");
}

#[test]
fn an_answer_without_room_for_more_fields_is_sent_as_it_is() {
    let app = app(|res| {
        let max = Config::default().response.max_header_count;
        (0..max).for_each(|n| _ = res.header(&format!("x-{n}"), "y"));
        res.content_type(ContentType::Text).body(text(5000));
    });
    assert_eq!(
        ask(app, GZIP).status(200).no_header("content-encoding").body(),
        text(5000).as_bytes()
    );
}

#[test]
fn event_streams_are_compressed_on_demand_event_by_event() {
    for (compression, expected) in
        [(Compression::new(), false), (Compression::new().event_streams(), true)]
    {
        let tick = async |_: &Request, res: &mut Response| -> Result {
            let mut events = res.events().await?;
            for n in 0..3 {
                events.send(&Event::new(format!("tick {n}"))).await?;
                events.wait(tokio_less_wait()).await;
            }
            Ok(())
        };
        let app = App::new((), |r| r.get("/", async_handler(tick))).compress(compression);
        let mut live = Client::new(app).header("accept-encoding", "gzip").open("/").status(200);
        assert_eq!(live.head().find_header("content-encoding").is_some(), expected);
        let mut came = Vec::new();
        let plain = |came: &[u8]| if expected { unpack_part(came) } else { came.to_vec() };
        for n in 0..3 {
            came.extend(live.next_chunk().unwrap());
            let event = format!("data: tick {n}\n\n");
            while !plain(&came).ends_with(event.as_bytes()) {
                came.extend(live.next_chunk().unwrap());
            }
        }
        while let Some(rest) = live.next_chunk() {
            came.extend(rest);
        }
        if expected {
            unpack(&came);
        }
    }
}

#[test]
fn files_are_compressed_unless_a_variant_lies_beside_them() {
    let folder = std::env::temp_dir().join(format!("httpz-compression-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, content) in [
        ("small.css", text(1000)),
        ("page.css", text(5000)),
        ("page.png", text(5000)),
        ("large.css", text(500_000)),
        ("ready.css", text(5000)),
        ("ready.css.gz", "made before".into()),
    ] {
        std::fs::write(folder.join(name), content).unwrap();
    }
    let files = Files::new(&folder).unwrap().precompressed();
    let app = App::new((), |r| r.get("/*path", files)).compress(Compression::new());
    let client = Client::new(app).header("accept-encoding", "gzip");
    client.get("/small.css").no_header("content-encoding").text(&text(1000));
    client.get("/page.png").no_header("content-encoding").text(&text(5000));
    client.get("/ready.css").header("content-encoding", "gzip").text("made before");
    for (path, n) in [("/page.css", 5000), ("/large.css", 500_000)] {
        let reply = client.get(path).status(200).header("content-encoding", "gzip");
        assert_eq!(unpack(reply.body()), text(n).as_bytes(), "{path}");
        assert_eq!(reply.find_headers("vary").count(), 1, "{path}");
        let tag = reply.find_header("etag").unwrap().to_owned();
        assert!(tag.starts_with("W/\""), "{tag}");
        let known = client.request(Method::Get, path).header("if-none-match", &tag).send();
        known.status(304).header("etag", &tag).no_header("content-encoding");
        let part = client.request(Method::Get, path).header("range", "bytes=5-9").send();
        part.status(206).no_header("content-encoding").text(&text(10)[5..]);
        // A part of a compressed answer does not go on with a plain one.
        let rest =
            client.request(Method::Get, path).header("range", "bytes=5-").header("if-range", &tag);
        rest.send().status(200).header("content-encoding", "gzip");
        let head =
            client.head(path).status(200).header("content-encoding", "gzip").header("etag", &tag);
        assert_ne!(head.find_header("content-length"), Some(&*n.to_string()), "{path}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn no_more_streams_are_compressed_at_once_than_was_said() {
    let endless = async |_: &Request, res: &mut Response| -> Result {
        res.content_type(ContentType::Text).chunk("x").await?;
        res.closed().await;
        Ok(())
    };
    let app = App::new((), |r| r.get("/", async_handler(endless)));
    let client = Client::new(app.compress(Compression::new().max_streams(2)));
    let client = client.header("accept-encoding", "gzip");
    let open = || {
        let mut live = client.open("/");
        let head = live.head();
        assert!(varies(head));
        let packed = is_packed(head);
        (live, packed)
    };
    let (first, second, third) = (open(), open(), open());
    assert_eq!([first.1, second.1, third.1], [true, true, false]);
    first.0.leave();
    assert!(open().1);
}

#[test]
fn what_comes_out_is_what_went_in_however_it_is_cut() {
    let mut random = Random::new(42);
    for round in 0..60 {
        let n = random.below(200_000);
        let noise = random.below(4);
        let body: Vec<u8> = (0..n)
            .map(|_| match noise {
                0 => b'a',
                1 => b"abcd"[random.below(4)],
                2 => b"{}\": ,0123456789\n"[random.below(17)],
                _ => random.below(256) as u8,
            })
            .collect();
        let level = 1 + random.below(9) as u8;
        let most = 1 + random.below(30_000);
        let mut cuts = Vec::new();
        while cuts.iter().sum::<usize>() < n {
            cuts.push(random.below(most + 1));
        }
        let waits = random.below(3);
        let sent = body.clone();
        let send = move |_: &Request, res: &mut Response| {
            let (sent, cuts) = (sent.clone(), cuts.clone());
            res.content_type(ContentType::Text).stream(async move |res| {
                let mut rest = &sent[..];
                for cut in cuts {
                    let (piece, others) = rest.split_at(cut.min(rest.len()));
                    res.chunk(piece).await?;
                    rest = others;
                    if cut % 3 < waits {
                        tokio_less_wait().await;
                    }
                }
                Ok(())
            });
        };
        let app = App::new((), |r| r.get("/", send)).compress(Compression::new().level(level));
        let reply = ask(app, GZIP).header("content-encoding", "gzip");
        assert!(
            unpack(reply.body()) == body,
            "round {round}: {n} bytes, level {level}, noise {noise}"
        );
    }
}

/// It is a dispatcher like others.
#[test]
fn it_can_be_called_by_another_dispatcher() {
    async fn for_some<C: 'static>(
        next: Next<'_, C>,
        cx: &mut C,
        req: &Request,
        res: &mut Response,
    ) -> Result {
        match req.header("x-slow-line") {
            Some(_) => Compression::new().min_size(10).dispatch(next, cx, req, res).await,
            None => next.run(cx, req, res).await,
        }
    }
    let page = handler(|_: &Request, res: &mut Response| _ = res.text(&text(500)));
    let client = Client::new(App::new((), |r| r.dispatch(for_some).get("/", page)));
    let client = client.header("accept-encoding", "gzip");
    assert!(!is_packed(&client.get("/")));
    assert!(is_packed(&client.header("x-slow-line", "1").get("/")));
}
