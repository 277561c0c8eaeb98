//! Logs in events of `tracing`, with the target `httpz`.

use std::fmt::{self, Arguments, Display, Write};

/// Something about the server itself is not as it should be.
pub fn trouble(what: Arguments<'_>) {
    tracing::warn!(target: "httpz", "{}", OneLine(what));
}

/// A request could not be answered as asked; `url` is as it was sent.
pub fn request_failed(method: &str, url: &str, status: u16, id: Option<&str>, error: &dyn Display) {
    let error = OneLine(error);
    tracing::error!(target: "httpz", method, url, status, request_id = id, %error, "request failed");
}

/// What is shown without line ends and other control characters, as on standard error: causes may have the words of a
/// peer in them, and whoever writes events as lines writes these as they are.
struct OneLine<T>(T);

impl<T: Display> Display for OneLine<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Blanks(f), "{}", self.0)
    }
}

/// Writes a blank for each control character.
struct Blanks<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl Write for Blanks<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut parts = text.split(char::is_control);
        parts.next().map_or(Ok(()), |first| self.0.write_str(first))?;
        parts.try_for_each(|part| write!(self.0, " {part}"))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata, Subscriber};

    use super::*;

    /// Writes events down.
    #[derive(Clone, Default)]
    struct Notes(Arc<Mutex<Vec<String>>>);

    impl Visit for Notes {
        fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
            self.0.lock().unwrap().push(format!("{field}={value:?}"));
        }
    }

    impl Subscriber for Notes {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            metadata.target() == "httpz"
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}

        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn event(&self, event: &Event<'_>) {
            self.0.lock().unwrap().push(event.metadata().level().to_string());
            event.record(&mut self.clone());
        }

        fn enter(&self, _: &Id) {}

        fn exit(&self, _: &Id) {}
    }

    /// A cause with the words of a peer in it forged a line of the log.
    #[test]
    fn what_is_told_is_one_line() {
        let notes = Notes::default();
        tracing::subscriber::with_default(notes.clone(), || {
            request_failed("GET", "/", 500, None, &"no user ann\nERROR\u{1b}[0m\r\n");
            trouble(format_args!("\n{}\n", "a"));
        });
        let notes = notes.0.lock().unwrap();
        assert!(notes.contains(&"error=no user ann ERROR [0m  ".to_owned()), "{notes:?}");
        assert!(notes.contains(&"message= a ".to_owned()), "{notes:?}");
    }

    #[test]
    fn a_failed_request_is_an_event_with_fields() {
        let notes = Notes::default();
        tracing::subscriber::with_default(notes.clone(), || {
            request_failed("GET", "/a?b=%20", 500, None, &"no database");
            request_failed("GET", "/", 500, Some("c0ffee"), &"no database");
            trouble(format_args!("worker {} ended", 3));
        });
        assert_eq!(
            *notes.0.lock().unwrap(),
            [
                "ERROR",
                "message=request failed",
                "method=\"GET\"",
                "url=\"/a?b=%20\"",
                "status=500",
                "error=no database",
                "ERROR",
                "message=request failed",
                "method=\"GET\"",
                "url=\"/\"",
                "status=500",
                "request_id=\"c0ffee\"",
                "error=no database",
                "WARN",
                "message=worker 3 ended"
            ]
        );
    }
}
