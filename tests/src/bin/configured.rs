//! A server that is configured by its environment alone, in a process of its own.
//!
//! Serves where `HTTPZ_LISTEN` says until a signal ends it; inside of a running async runtime when
//! `IN_RUNTIME` is set. With `AFTERWARDS` it has something to do for so many seconds when the server has ended.

use httpz::Config;
use httpz::prelude::*;

fn fail(_: &Request, _: &mut Response) -> Result {
    // A cause of several lines is still one line of the log.
    Err(Error::from(std::io::Error::other("no database\nhttpz: forged")))
}

fn plain_fail(_: &Request, _: &mut Response) -> Result {
    Err(Error::status(500, "nothing more is known"))
}

fn busy(_: &Request, _: &mut Response) -> Result {
    Err(Error::status(503, "come again"))
}

async fn late(req: &Request, res: &mut Response) -> Result {
    res.chunk("half").await?;
    if req.target().ends_with("?yours") {
        return Err(Error::status(409, "the client's own fault"));
    }
    Err(Error::from(std::io::Error::other("the rest is lost")))
}

fn boasts(_: &Request, res: &mut Response) {
    (0..20).for_each(|n| _ = res.header(&format!("x-{n}"), "1"));
}

/// Holds the body in memory until the process ends.
async fn hold(req: &Request, _: &mut Response) -> &'static str {
    assert!(req.body().is_some_and(|body| body.iter().all(|&byte| byte == b'x')));
    std::future::pending().await
}

/// Begins to read the body and does not go on.
async fn unread(_: &Request, _: &mut Response, mut body: Body<'_>) -> Result {
    body.read_chunk().await?;
    std::future::pending().await
}

/// Sends without end.
async fn pour(_: &Request, res: &mut Response) -> Result {
    let piece = vec![b'x'; 64 * 1024];
    loop {
        res.chunk(&piece).await?;
    }
}

/// Answers each message on a connection that it has taken over.
async fn tunnel(req: &Request, res: &mut Response) -> Result {
    let mut tunnel = res.upgrade(req, "echo").await?;
    while tunnel.read(&mut [0; 64]).await? != httpz::Came::End {
        tunnel.write(b"hello").await?;
    }
    Ok(())
}

fn main() -> httpz::Result {
    let app = App::new((), |r| {
        r.get("/plaintext", handler(|_, _| "Hello, World!"))
            .get("/fail", fail)
            .get("/plain-fail", plain_fail)
            .get("/busy", busy)
            .get("/late", late)
            .get("/boasts", boasts)
            .post("/hold", hold)
            .post("/unread", unread)
            .get("/pour", pour)
            .get("/tunnel", tunnel)
    });
    let app = app.config(Config::from_env()?);
    if std::env::var_os("IN_RUNTIME").is_none() {
        app.run()?;
    } else {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async { app.run() })?;
    }
    if let Ok(seconds) = std::env::var("AFTERWARDS") {
        eprintln!("tidying up");
        std::thread::sleep(std::time::Duration::from_secs(seconds.parse()?));
    }
    Ok(())
}
