//! What does a person see? One page with its style and its script, compiled in: no build step.
//!
//! They are three files so that the page's policy can forbid everything inline: text that somebody
//! pinned is never run, even if the script forgot to escape it.

use httpz::prelude::*;

/// The page.
#[get("/")]
pub(crate) fn index(res: &mut Response) {
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                  img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    res.header("Content-Security-Policy", policy).header("Referrer-Policy", "no-referrer");
    send(res, ContentType::Html, include_str!("page/index.html"));
}

/// What it looks like.
#[get("/style.css")]
pub(crate) fn style(res: &mut Response) {
    send(res, ContentType::Css, include_str!("page/style.css"));
}

/// What it does.
#[get("/script.js")]
pub(crate) fn script(res: &mut Response) {
    send(res, ContentType::JavaScript, include_str!("page/script.js"));
}

fn send(res: &mut Response, kind: ContentType, text: &'static str) {
    res.content_type(kind).header("X-Content-Type-Options", "nosniff");
    res.header("Cache-Control", "no-cache").body(text);
}
