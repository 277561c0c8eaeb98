//! What a client hears, and what the log says, when something went wrong.

use httpz_core::log;

use crate::{ContentType, Error, Request, Response, Result, Status, json};

/// Looks at a request before its route is looked for, and may refuse it.
pub(super) type Before<G> = Box<dyn Fn(&G, &Request, &mut Response) -> Result + Send + Sync>;

/// Shapes the answer to an error; cannot fail.
pub(super) type OnError<G> = Box<dyn Fn(&G, &Request, &mut Response, &Error) + Send + Sync>;

/// Begins the answer to an error with what every shape of it has: its status and its fields.
pub(crate) fn begin(res: &mut Response, error: &Error) {
    res.status(error.code());
    for (name, value) in error.headers() {
        res.header(name, value);
    }
}

/// Shapes the answer to an error as an application without [`App::on_error`](crate::App::on_error) does:
/// a problem report (RFC 9457) for clients that accept JSON, for others the text. The page that debug
/// builds show to a browser is not among these.
///
/// For an `on_error` that only has something to add.
///
/// ```
/// use httpz::prelude::*;
///
/// let app = App::new((), |r| r).on_error(|req, res, error| {
///     res.header("X-Fault", if error.code() < 500 { "yours" } else { "ours" });
///     httpz::shape_error(req, res, error);
/// });
/// # httpz::testing::Client::new(app).get("/x").status(404).header("x-fault", "yours")
/// #     .text("Not Found");
/// ```
pub fn shape_error(req: &Request, res: &mut Response, error: &Error) {
    if Status(error.code()).forbids_body() {
        return;
    }
    // Caches may keep a 404 or 405 for as long as they like, but not for those who accept something else.
    res.vary("Accept");
    if !accepts_json(req) {
        res.text(error.message());
        return;
    }
    let mut problem = json!({
        "type": "about:blank",
        "title": Status(error.code()).reason(),
        "status": error.code(),
        "detail": error.message(),
    });
    for (name, value) in error.members() {
        if problem.get(name).is_none() {
            problem[name] = value.clone();
        }
    }
    match res.json(&problem) {
        Ok(()) => res.content_type(ContentType::Problem),
        Err(_) => res.text(error.message()),
    };
}

/// Does `Accept` name some kind of JSON? The wildcard `*/*` that most clients send does not.
fn accepts_json(req: &Request) -> bool {
    let ranges = req.headers_all("accept").flat_map(|value| value.split(|&byte| byte == b','));
    ranges.filter_map(|range| std::str::from_utf8(range).ok()).any(names_json)
}

fn names_json(range: &str) -> bool {
    let mut parts = range.split(';').map(|part| part.trim().to_ascii_lowercase());
    let kind = parts.next().unwrap_or_default();
    let refused = |part: String| {
        let quality = part.strip_prefix("q=").map(str::to_owned);
        quality.is_some_and(|quality| quality.parse() == Ok(0.0))
    };
    (kind == "application/json" || kind.ends_with("+json")) && !parts.any(refused)
}

/// A line for what is the server's fault. An error that was made as a 503 or the like and has no cause
/// is an answer rather than a failure.
pub(crate) fn note(req: &Request, error: &Error) {
    if error.code() == 500 || (error.code() > 500 && error.source().is_some()) {
        say(req, "", error);
    }
}

/// A line for what is the server's fault and came too late to be answered: nobody but the log hears of it.
pub(super) fn note_late(req: &Request, error: &Error) {
    if error.code() >= 500 {
        say(req, "after its head was sent: ", error);
    }
}

fn say(req: &Request, when: &str, error: &Error) {
    let said = format!("{when}{}", error.chain());
    log::request_failed(req.method().as_str(), req.target(), error.code(), req.id(), &said);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_who_accepts_json() {
        for (accept, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("text/html, application/problem+json;q=0.5", true),
            ("application/vnd.api+json", true),
            ("*/*", false),
            ("text/html", false),
            ("application/json;q=0", false),
            ("application/json; Q=0.000", false),
            ("application/jsonx", false),
            ("", false),
        ] {
            let fields = [("accept", accept)];
            let req = Request::build(crate::Method::Get, "/", &fields, b"").unwrap();
            assert_eq!(accepts_json(&req), expected, "{accept:?}");
        }
    }

    #[test]
    fn shapes_for_people_and_for_programs() {
        let error = Error::status(404, "no such user").with_source("a secret");
        let mut res = Response::new();
        shape_error(&Request::get("/"), &mut res, &error);
        assert_eq!(res.body_bytes(), b"no such user");
        assert_eq!(res.find_header("vary"), Some(&b"Accept"[..]));

        let fields = [("accept", "application/json")];
        let req = Request::build(crate::Method::Get, "/", &fields, b"").unwrap();
        let mut res = Response::new();
        shape_error(&req, &mut res, &error);
        assert_eq!(res.find_header("content-type"), Some(&b"application/problem+json"[..]));
        assert_eq!(res.find_header("vary"), Some(&b"Accept"[..]));
        let problem: serde_json::Value = serde_json::from_slice(res.body_bytes()).unwrap();
        let expected = json!({
            "type": "about:blank", "title": "Not Found", "status": 404, "detail": "no such user",
        });
        assert_eq!(problem, expected);

        let error = Error::status(402, "too little").with_member("balance", 30);
        let mut res = Response::new();
        shape_error(&req, &mut res, &error.with_member("status", 200).with_member("balance", 40));
        let problem: serde_json::Value = serde_json::from_slice(res.body_bytes()).unwrap();
        assert_eq!(problem["balance"], 30, "the first of a name");
        assert_eq!(problem["status"], 402, "what every report has stays");
    }
}
