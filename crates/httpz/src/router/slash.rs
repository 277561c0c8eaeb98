//! The same path with a slash at its end, or without: where a client is sent that has asked for the other.
//!
//! A place is told relative to what was asked for. A path may begin with two slashes, and a client would take it for
//! one on another host.

use crate::{Error, Request, Response, Result, Status};

/// Is there a slash at the end that can be taken away?
pub(crate) fn is_at_end(path: &str) -> bool {
    path.len() > 1 && path.ends_with('/')
}

/// The path with a slash at its end if it has none, else without.
pub(crate) fn toggled(path: &str) -> String {
    match path.strip_suffix('/') {
        Some(without) if is_at_end(path) => without.to_owned(),
        _ => format!("{path}/"),
    }
}

/// Sends the client there, with the same method and body (308).
///
/// A target may be longer than the fields of an answer. That is 414, and not a mistake of the application for its log:
/// anybody can ask for such a one.
pub(crate) fn redirect(req: &Request, res: &mut Response) -> Result {
    let path = req.path();
    let (step, end) = if is_at_end(path) { ("../", "") } else { ("./", "/") };
    let last = path.strip_suffix('/').unwrap_or(path).rsplit('/').next().unwrap_or_default();
    let (mark, query) = match req.query_string() {
        "" => ("", ""),
        query => ("?", query),
    };
    let was_sound = res.is_sound();
    res.status(308).header("Location", format!("{step}{last}{end}{mark}{query}"));
    match was_sound && !res.is_sound() {
        true => Err(Error::from(Status::URI_TOO_LONG)),
        false => Ok(()),
    }
}
