//! The application behind the cases: a handful of routes that do what a wire can tell apart.

use httpz::prelude::*;
use httpz_core::{Came, Cookie};

/// Small limits, so that cases over them are short.
pub fn config() -> Config {
    let mut config = Config { workers: 1, port: 0, ..Config::default() };
    config.request.buffer_size = 2048;
    config.request.max_target_size = 256;
    config.request.max_header_count = 16;
    config.request.max_body_size = 1000;
    config
}

/// The application.
pub fn app() -> App<()> {
    App::new((), |r| {
        r.get("/", |_: &Request, _: &mut Response| "hello")
            // What of the request reached us: `GET /see/a?b=c host=h body=5`.
            .all("/see/*", |req: &Request, _: &mut Response| {
                let host = req.host().unwrap_or("-");
                let body = req.body().map_or(0, <[u8]>::len);
                format!("{} {} host={host} body={body}", req.method(), req.target())
            })
            .all("/echo", |req: &Request, _: &mut Response| req.body().unwrap_or_default().to_vec())
            .get("/field", |req: &Request, _: &mut Response| {
                let values: Vec<_> = req.headers_all("x-field").map(<[u8]>::escape_ascii).collect();
                let values: Vec<String> = values.iter().map(|value| format!("[{value}]")).collect();
                values.concat()
            })
            .all("/ignore", async |_: &Request, _: &mut Response, _: Body<'_>| "ignored")
            .all(
                "/pieces",
                async |_: &Request, _: &mut Response, mut body: Body<'_>| -> Result<String> {
                    let mut n = 0;
                    while let Some(piece) = body.read_chunk().await? {
                        n += piece.len();
                    }
                    Ok(format!("{n} bytes"))
                },
            )
            .all(
                "/half",
                async |_: &Request, _: &mut Response, mut body: Body<'_>| -> Result<&str> {
                    body.read(&mut [0; 3]).await?;
                    Ok("a part")
                },
            )
            .all("/early", async |_: &Request, res: &mut Response, body: Body<'_>| -> Result {
                res.chunk("early ").await?;
                let n = body.bytes().await?.len();
                res.chunk(format!("{n}")).await
            })
            .all("/stream", async |_: &Request, res: &mut Response| -> Result {
                res.chunk("one ").await?;
                res.chunk("").await?;
                res.chunk("two").await
            })
            .get("/counted/:n", async |req: &Request, res: &mut Response| -> Result {
                res.header("Content-Length", req.param("n").unwrap_or_default());
                res.chunk("one ").await?;
                res.chunk("two").await
            })
            .get("/cut", async |_: &Request, res: &mut Response| -> Result {
                res.chunk("part").await?;
                Err(Error::status(500, "no more"))
            })
            .get("/cut/empty", async |_: &Request, res: &mut Response| -> Result {
                res.chunk("").await?;
                Err(Error::status(500, "no more"))
            })
            .get("/endless", async |_: &Request, res: &mut Response| -> Result {
                loop {
                    res.chunk("more ").await?;
                }
            })
            .get("/shout", shout)
            .group("/guarded", |g| {
                g.guard(|_: &mut Shared<()>, _: &Request| -> Result {
                    Err(Error::status(403, "refused"))
                })
                .post("/", |_: &Request, _: &mut Response| "never")
            })
            .group("/answer", answers)
    })
    .config(config())
}

/// Another protocol: every byte in capitals.
async fn shout(req: &Request, res: &mut Response) -> Result {
    let mut tunnel = res.upgrade(req, "shout").await?;
    let mut buf = [0; 64];
    while let Came::Bytes(n) = tunnel.read(&mut buf).await? {
        buf[..n].make_ascii_uppercase();
        tunnel.write(&buf[..n]).await?;
    }
    Ok(())
}

/// Answers that differ in their heads, and some that cannot be right.
fn answers(g: Router<()>) -> Router<()> {
    g.get("/204", |_: &Request, res: &mut Response| _ = res.status(204))
        .get("/304", |_: &Request, res: &mut Response| _ = res.status(304).header("ETag", "\"a\""))
        .get("/205", |_: &Request, res: &mut Response| _ = res.status(205))
        .get("/599", |_: &Request, res: &mut Response| _ = res.status(599))
        .get("/204-with-body", |_: &Request, res: &mut Response| _ = res.status(204).body("x"))
        .get("/205-with-body", |_: &Request, res: &mut Response| _ = res.status(205).body("x"))
        .get("/100", |_: &Request, res: &mut Response| _ = res.status(100))
        .get("/date", |_: &Request, res: &mut Response| {
            res.header("Date", "Thu, 01 Jan 1970 00:00:00 GMT").text("dated");
        })
        .get("/length", |_: &Request, res: &mut Response| {
            res.header("Content-Length", "7").text("seven b");
        })
        .get("/wrong-length", |_: &Request, res: &mut Response| {
            res.header("Content-Length", "9").text("four");
        })
        .get("/close", |_: &Request, res: &mut Response| _ = res.close().text("bye"))
        .get("/cookie", |_: &Request, res: &mut Response| {
            res.cookie(Cookie::new("a", "b\r\nX-B: c")).text("baked");
        })
        .get("/redirect/:to", |req: &Request, _: &mut Response| {
            Redirect::to(req.param("to").unwrap_or_default().to_owned())
        })
        .get("/split/:how", |how: &Request, res: &mut Response| {
            let (name, value) = match how.param("how").unwrap_or_default() {
                "value" => ("X-A", "a\r\nX-B: b"),
                "lf" => ("X-A", "a\nX-B: b"),
                "cr" => ("X-A", "a\rX-B: b"),
                "nul" => ("X-A", "a\0b"),
                "name" => ("X-A: a\r\nX-B", "b"),
                "space" => ("X A", "a"),
                "coding" => ("Transfer-Encoding", "chunked"),
                _ => ("Location", how.query_string()),
            };
            res.header(name, value).text("split");
        })
        .get("/fail", |_: &Request, _: &mut Response| -> Result {
            Err(Error::status(418, "short"))
        })
}
