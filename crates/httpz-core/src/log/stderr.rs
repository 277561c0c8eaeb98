//! Logs in lines on standard error.

use std::fmt::{Arguments, Display};
use std::io::{self, Write};

/// Something about the server itself is not as it should be.
pub fn trouble(what: Arguments<'_>) {
    line(format_args!("{what}"));
}

/// A request could not be answered as asked; `url` is as it was sent.
pub fn request_failed(method: &str, url: &str, status: u16, id: Option<&str>, error: &dyn Display) {
    match id {
        Some(id) => line(format_args!("{method} {url}: {status}: {error} (request {id})")),
        None => line(format_args!("{method} {url}: {status}: {error}")),
    }
}

/// Writes one line, even if the causes contain line ends.
fn line(text: Arguments<'_>) {
    let line = format!("httpz: {text}").replace(char::is_control, " ") + "\n";
    // If standard error cannot be written to, there is nowhere to say so.
    let _ = io::stderr().write_all(line.as_bytes());
}
