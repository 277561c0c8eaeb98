//! The page that a developer sees in the browser when a handler has failed, and the explanation of an
//! exceeded limit.
//!
//! The page has everything that the log says, and where it happened. Since that is nobody else's
//! business, only builds with debug assertions show it, only to a peer on this machine that asks for
//! HTML and for nobody else, and only where no `on_error` says otherwise.

use std::fmt::Write;

use httpz_core::proto::ProtocolError;

use crate::router::listing::RouteInfo;
use crate::{ContentType, Error, Request, Response, Status};

/// Fields whose value is as good as a password.
const SECRET: [&str; 4] = ["authorization", "cookie", "proxy-authorization", "x-api-key"];

/// Fields by which a proxy or a tunnel on this machine tells that it asks for somebody else.
const PASSED_ON: [&str; 4] = ["forwarded", "via", "x-forwarded-for", "x-real-ip"];

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:52rem;padding:0 1rem;\
    color-scheme:light dark}h1{font-size:1.4rem}h2{font-size:1rem;margin-top:2rem}\
    code,td,th,ol{font-family:ui-monospace,monospace;font-size:.9rem}\
    td,th{text-align:left;padding:.1rem 1.5rem .1rem 0;vertical-align:top;overflow-wrap:anywhere}\
    th{font-weight:normal;opacity:.65;white-space:nowrap}li{margin:.3rem 0}\
    footer{margin-top:3rem;opacity:.65;font-size:.85rem}";

/// Is the page meant for the peer of this request?
pub(super) fn is_meant_for(req: &Request, error: &Error) -> bool {
    let near = req.peer_addr().is_none_or(|addr| addr.ip().to_canonical().is_loopback());
    let html = || req.header("accept").is_some_and(|accept| accept.contains("text/html"));
    cfg!(debug_assertions) && error.code() >= 500 && near && html() && !is_passed_on(req)
}

/// Is the peer of this request to be told which limit a body exceeds? A peer on this machine is.
pub(super) fn hears_of_limits(req: &Request, error: &Error) -> bool {
    let near = || req.peer_addr().is_some_and(|addr| addr.ip().to_canonical().is_loopback());
    let too_large = error.fault() == Some(ProtocolError::BodyTooLarge);
    cfg!(debug_assertions) && too_large && near() && !is_passed_on(req)
}

fn is_passed_on(req: &Request) -> bool {
    PASSED_ON.iter().any(|name| req.header_bytes(name).is_some())
}

/// Of a body that is too large, which limit it is over and what sets that.
pub(super) fn explain(req: &Request, error: &Error, route: &RouteInfo) -> Error {
    Error::status(error.code(), too_large(error, req.exceeded_limit(), route))
}

fn too_large(error: &Error, limit: u64, route: &RouteInfo) -> String {
    let RouteInfo { verb, pattern, name, .. } = route;
    format!(
        "{}: {verb} {pattern} (`{name}`) takes {limit} bytes; `limit = \"…\"` in its attribute, \
         `Group::limit` or `request.max_body_size` says otherwise (told by debug builds, on this machine)",
        error.message()
    )
}

/// Fills the response in.
pub(super) fn page(req: &Request, res: &mut Response, error: &Error, route: Option<&RouteInfo>) {
    res.content_type(ContentType::Html).body(html(req, error, route));
}

fn html(req: &Request, error: &Error, route: Option<&RouteInfo>) -> String {
    let title = format!("{} {}", error.code(), Status(error.code()).reason());
    let mut page = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        page,
        "<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{STYLE}</style>\
         <h1>{title}</h1>"
    );
    chain(&mut page, error);
    table(&mut page, "Route", |rows| about_route(rows, req, route));
    table(&mut page, "Request", |rows| {
        row(rows, "", &format!("{} {}", req.method(), req.target()));
        row(rows, "version", req.version().as_str());
    });
    table(&mut page, "Fields", |rows| fields(rows, req));
    page.push_str(
        "<footer>You see this because it is a debug build and you are on this machine. Clients hear the \
         status and nothing of the causes. <code>App::on_error</code> takes the place of this page.\
         </footer></html>\n",
    );
    page
}

fn table(page: &mut String, title: &str, tell: impl Fn(&mut String)) {
    let _ = write!(page, "<h2>{title}</h2><table>");
    tell(page);
    page.push_str("</table>");
}

/// The error and its causes, outermost first.
fn chain(page: &mut String, error: &Error) {
    page.push_str("<ol>");
    if error.source().is_none() {
        item(page, error.message());
    }
    let mut cause = error.source().map(|source| source as &dyn std::error::Error);
    while let Some(error) = cause {
        item(page, &error.to_string());
        cause = error.source();
    }
    page.push_str("</ol>");
}

fn about_route(rows: &mut String, req: &Request, route: Option<&RouteInfo>) {
    let Some(route) = route else { return row(rows, "", "none was found") };
    row(rows, "", &format!("{} {}", route.verb, route.pattern));
    row(rows, "handler", route.handler);
    for (name, value) in req.params() {
        row(rows, name, value);
    }
}

fn fields(rows: &mut String, req: &Request) {
    for (name, value) in req.headers() {
        let secret = SECRET.iter().any(|secret| secret.eq_ignore_ascii_case(name));
        let value = if secret { "…".into() } else { String::from_utf8_lossy(value) };
        row(rows, name, &value);
    }
}

fn row(rows: &mut String, name: &str, value: &str) {
    rows.push_str("<tr><th>");
    escape(rows, name);
    rows.push_str("<td>");
    escape(rows, value);
}

fn item(page: &mut String, text: &str) {
    page.push_str("<li>");
    escape(page, text);
}

fn escape(page: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => page.push_str("&amp;"),
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            c => page.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Method;

    #[test]
    fn tells_the_chain_and_the_request_but_no_secret() {
        let fields = [("Accept", "text/html"), ("Cookie", "session=hunter2"), ("X-A", "<b>")];
        let req = Request::build(Method::Get, "/notes?q=1", &fields, b"").unwrap();
        let error = Error::from(std::io::Error::other("disk <full>"));
        assert!(is_meant_for(&req, &error));
        let page = html(&req, &error, None);
        for told in
            ["500 Internal Server Error", "disk &lt;full&gt;", "GET /notes?q=1", "&lt;b&gt;"]
        {
            assert!(page.contains(told), "{told}: {page}");
        }
        assert!(!page.contains("hunter2"));
    }

    #[test]
    fn is_for_those_who_ask_for_html_and_for_failures() {
        let failure = Error::status(500, "oh");
        assert!(!is_meant_for(&Request::get("/"), &failure));
        let fields = [("Accept", "text/html")];
        let req = Request::build(Method::Get, "/", &fields, b"").unwrap();
        assert!(!is_meant_for(&req, &Error::status(404, "no")));
        assert!(is_meant_for(&req, &failure));
    }

    /// Who shows a debug build to others by a proxy or a tunnel showed them the causes of its errors, too.
    #[test]
    fn is_not_for_those_whom_a_proxy_on_this_machine_asks_for() {
        for name in PASSED_ON {
            let fields = [("Accept", "text/html"), (name, "for=203.0.113.9")];
            let req = Request::build(Method::Get, "/", &fields, b"").unwrap();
            assert!(!is_meant_for(&req, &Error::status(500, "oh")), "{name}");
        }
    }
}
