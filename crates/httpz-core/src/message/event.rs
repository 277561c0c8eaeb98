//! One event of an event stream, as text that is ready to be sent.
//!
//! The format is that of server-sent events (WHATWG HTML §9.2.6): lines of `field: value`, closed by
//! an empty line. An event is encoded when it is made, so that one that goes to a thousand peers is
//! encoded once.

use std::fmt::Write;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use serde::Serialize;

use super::fault::ResponseFault;
use crate::error::Result;

/// An event for [`Events::send`](super::Events::send).
///
/// ```
/// # use httpz_core::Event;
/// let event = Event::new("first line\nsecond line").name("note").id("7");
/// assert_eq!(event.as_str(), "data: first line\ndata: second line\nevent: note\nid: 7\n\n");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Whole lines, and the empty line that ends the event.
    text: String,
    id: Option<String>,
    fault: Option<ResponseFault>,
}

impl Event {
    /// An event with this text, which may have several lines.
    pub fn new(data: impl AsRef<str>) -> Self {
        Self::empty().lines("data: ", data.as_ref())
    }

    /// An event with `value` as JSON.
    ///
    /// # Errors
    ///
    /// 500 when the value cannot be serialised.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        Ok(Self::new(serde_json::to_string(value)?))
    }

    /// A line that clients ignore.
    pub fn comment(text: impl AsRef<str>) -> Self {
        Self::empty().lines(": ", text.as_ref())
    }

    /// No event, only how long clients are to wait before they connect again.
    pub fn retry_after(time: Duration) -> Self {
        Self::empty().retry(time)
    }

    /// Names the kind of the event; without one, clients take it for a `message`.
    ///
    /// A name with a line end is refused when the event is sent.
    #[must_use]
    pub fn name(self, name: &str) -> Self {
        self.field("event: ", name, &['\r', '\n'])
    }

    /// Sets the id, which a client that connects again sends back as `Last-Event-ID`.
    ///
    /// An id with a line end or NUL is refused when the event is sent.
    #[must_use]
    pub fn id(mut self, id: impl ToString) -> Self {
        let id = id.to_string();
        self = self.field("id: ", &id, &['\r', '\n', '\0']);
        self.id = Some(id);
        self
    }

    /// Sets how long clients are to wait before they connect again.
    #[must_use]
    pub fn retry(self, time: Duration) -> Self {
        self.lines("retry: ", &time.as_millis().to_string())
    }

    /// The text as it is sent.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The id, if it has one.
    pub fn last_id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    pub(super) fn encoded(&self) -> Result<&[u8], ResponseFault> {
        match self.fault {
            Some(fault) => Err(fault),
            None => Ok(self.text.as_bytes()),
        }
    }

    fn empty() -> Self {
        Self { text: String::from("\n"), id: None, fault: None }
    }

    fn field(mut self, field: &str, value: &str, forbidden: &[char]) -> Self {
        if value.contains(forbidden) {
            self.fault = Some(ResponseFault::EventField);
            return self;
        }
        self.lines(field, value)
    }

    /// Adds a line for each line of `value`. CR, LF and CRLF each end a line, as they do for clients.
    fn lines(mut self, field: &str, value: &str) -> Self {
        self.text.pop();
        let mut rest = Some(value);
        while let Some(text) = rest {
            let (line, behind) = match text.find(['\r', '\n']) {
                Some(end) => {
                    let behind = &text[end..];
                    let both = behind.starts_with("\r\n");
                    (&text[..end], Some(&behind[1 + usize::from(both)..]))
                }
                None => (text, None),
            };
            // Writing to a string cannot fail.
            let _ = writeln!(self.text, "{field}{line}");
            rest = behind;
        }
        self.text.push('\n');
        self
    }
}

/// Where events come from; [`Events::forward`](super::Events::forward) and
/// [`Response::forward`](super::Response::forward) send what it gives.
pub trait Feed {
    /// The next event; `None` when there will be no more.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Arc<Event>>>;
}

impl<F: Feed + ?Sized> Feed for Box<F> {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Arc<Event>>> {
        (**self).poll_next(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_begins_a_line() {
        let event = Event::new("a\rb\nc\r\nd\n");
        assert_eq!(event.as_str(), "data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n");
        assert_eq!(Event::comment("x\ny").as_str(), ": x\n: y\n\n");
        assert_eq!(Event::new("").as_str(), "data: \n\n");
    }

    #[test]
    fn fields_that_would_forge_a_line_are_refused() {
        for forged in [
            Event::new("x").id("1\ndata: forged"),
            Event::new("x").id("1\0"),
            Event::new("x").name("a\r"),
        ] {
            assert_eq!(forged.encoded(), Err(ResponseFault::EventField));
            assert!(!forged.as_str().contains("forged"));
        }
    }

    #[test]
    fn retry_is_in_milliseconds() {
        let event = Event::json(&[1, 2]).unwrap().retry(Duration::from_secs(3));
        assert_eq!(event.as_str(), "data: [1,2]\nretry: 3000\n\n");
        assert_eq!(Event::retry_after(Duration::from_millis(5)).as_str(), "retry: 5\n\n");
    }
}
