//! An id for each request, by which its answer, its handler and the log can be brought together.
//!
//! It is given before the route is looked for and [kept](Response::keep_headers), so that answers without a route and
//! answers to errors have it, too. The request itself remembers it ([`Request::id`]).

use std::fmt;

use crate::header::FromHeader;
use crate::{App, Error, FromRequest, Request, Response, Result};

/// The field that ids come and go in.
const FIELD: &str = "X-Request-Id";

/// Longer ids of others are not taken over.
const LONGEST: usize = 128;

/// How requests get their ids; see [`App::request_ids`].
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestIds {
    trust: bool,
}

impl RequestIds {
    /// Each request gets an id of its own: 16 random bytes as 32 hexadecimal digits.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes over the `X-Request-Id` that a trusted proxy has sent ([`Config::proxies`](crate::Config)), if it is
    /// sound: one, of at most 128 letters, digits and `-_.:/+=@~`.
    ///
    /// The proxy must make it itself, or check whose it takes over: most pass on what a client wrote.
    #[must_use]
    pub fn trust(self) -> Self {
        Self { trust: true }
    }

    fn give(self, req: &Request, res: &mut Response) -> Result {
        let sent = if self.trust && req.is_from_proxy() { sent(req) } else { None };
        let id = match sent {
            Some(sent) => req.set_id(sent),
            None => req.set_id(&fresh()?),
        };
        res.header(FIELD, id).keep_headers();
        Ok(())
    }
}

impl<G: Send + Sync + 'static> App<G> {
    /// Gives each request an id, and tells it in the `X-Request-Id` of every answer, whatever becomes of the request.
    /// Feature `request-id`.
    ///
    /// Handlers take it as [`RequestId`], observers find it in [`Request::id`], and what the server logs of a request
    /// names it (with the feature `tracing` as the field `request_id`). Requests that are too malformed to be shown to
    /// anybody have none.
    ///
    /// What is [asked before routing](App::before_routing) is to be added after this, so that its refusals have ids.
    ///
    /// ```
    /// use httpz::ext::request_id::{RequestId, RequestIds};
    /// use httpz::prelude::*;
    ///
    /// #[get("/")]
    /// fn hello(id: RequestId<'_>) -> String {
    ///     format!("this is {id}")
    /// }
    ///
    /// let app = App::new((), |r| r.mount(routes![hello])).request_ids(RequestIds::new());
    /// # let client = httpz::testing::Client::new(app);
    /// # let reply = client.get("/").status(200);
    /// # let id = reply.find_header("x-request-id").expect("it has one").to_owned();
    /// # reply.text(&format!("this is {id}"));
    /// # assert_ne!(client.get("/nowhere").status(404).find_header("x-request-id"), Some(&*id));
    /// ```
    pub fn request_ids(self, ids: RequestIds) -> Self {
        self.before_routing(move |req, res| ids.give(req, res))
    }
}

/// The id of the request, as an argument of a handler.
///
/// A handler that is tested by hand gets the one that its request is given by [`Request::set_id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId<'b>(pub &'b str);

impl<'b> FromRequest<'b> for RequestId<'b> {
    fn from_request(req: &'b Request) -> Result<Self> {
        req.id().map(Self).ok_or_else(|| {
            let mend = "the request has no id: let the application give them, `app.request_ids(RequestIds::new())`";
            Error::from(crate::Status::INTERNAL_SERVER_ERROR).with_source(mend)
        })
    }
}

impl fmt::Display for RequestId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The field `traceparent`: in which trace a request is, and whose part of it (W3C Trace Context).
///
/// What is malformed is to be taken for absent, which an `Option` does. To pass it on unchanged, send its text:
///
/// ```
/// use httpz::ext::request_id::TraceParent;
/// use httpz::prelude::*;
///
/// #[get("/")]
/// fn hello(parent: Option<Header<TraceParent<'_>>>) -> String {
///     match parent {
///         Some(Header(parent)) => format!("in the trace {}, on with {parent}", parent.trace_id()),
///         None => "in no trace".to_owned(),
///     }
/// }
/// # let client = httpz::testing::Client::new(App::new((), |r| r.mount(routes![hello])));
/// # client.get("/").text("in no trace");
/// # let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// # let expected = format!("in the trace 4bf92f3577b34da6a3ce929d0e0e4736, on with {parent}");
/// # client.header("traceparent", parent).get("/").text(&expected);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceParent<'b> {
    text: &'b str,
}

impl<'b> TraceParent<'b> {
    /// The field as it was sent.
    pub fn as_str(self) -> &'b str {
        self.text
    }

    /// The trace, 32 hexadecimal digits.
    pub fn trace_id(self) -> &'b str {
        &self.text[3..35]
    }

    /// Whoever sent the request, within the trace: 16 hexadecimal digits.
    pub fn parent_id(self) -> &'b str {
        &self.text[36..52]
    }

    /// Has the sender recorded its part?
    pub fn is_sampled(self) -> bool {
        // The second digit has the lowest four of the eight flags.
        matches!(self.text.as_bytes()[54], b'1' | b'3' | b'5' | b'7' | b'9' | b'b' | b'd' | b'f')
    }
}

impl<'b> FromHeader<'b> for TraceParent<'b> {
    const NAME: &'static str = "traceparent";

    fn from_header(value: &'b str) -> Result<Self> {
        match is_traceparent(value.as_bytes()) {
            true => Ok(Self { text: value }),
            false => Err(Error::status(400, "the header `traceparent` is malformed")),
        }
    }
}

impl fmt::Display for TraceParent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// `00-` 32 digits `-` 16 digits `-` 2 digits. A later version may go on after another dash (§3.2.4), `ff` is none.
fn is_traceparent(text: &[u8]) -> bool {
    let is_shaped = |(at, byte): (usize, &u8)| match at {
        2 | 35 | 52 => *byte == b'-',
        _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
    };
    let Some((known, rest)) = text.split_at_checked(55) else { return false };
    let is_nothing = |digits: &[u8]| digits.iter().all(|digit| *digit == b'0');
    known.iter().enumerate().all(is_shaped)
        && &known[..2] != b"ff"
        && (rest.is_empty() || (&known[..2] != b"00" && rest[0] == b'-' && rest.is_ascii()))
        && !is_nothing(&known[3..35])
        && !is_nothing(&known[36..52])
}

/// The id that came with a request, if there is one, alone and sound.
fn sent(req: &Request) -> Option<&str> {
    let mut all = req.headers_all(FIELD);
    let (id, None) = (all.next()?, all.next()) else { return None };
    let is_sound = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:/+=@~".contains(byte);
    let is_sound = (1..=LONGEST).contains(&id.len()) && id.iter().all(is_sound);
    std::str::from_utf8(id).ok().filter(|_| is_sound)
}

/// An id that nobody else has.
fn fresh() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Method;

    fn with(fields: &[(&str, &str)]) -> Request {
        Request::build(Method::Get, "/", fields, b"").unwrap()
    }

    #[test]
    fn only_sound_ids_are_taken_over() {
        let longest = "a".repeat(LONGEST);
        for (id, is_sound) in [
            ("a", true),
            ("Root=1-67891233-abcdef012345678912345678", true),
            (longest.as_str(), true),
            (&*"a".repeat(LONGEST + 1), false),
            ("", false),
            ("a b", false),
            ("a\"b", false),
            ("a;b", false),
            ("<b>", false),
            ("caffè", false),
        ] {
            assert_eq!(sent(&with(&[("x-request-id", id)])), is_sound.then_some(id), "{id:?}");
        }
        assert_eq!(sent(&with(&[("x-request-id", "a"), ("X-Request-Id", "b")])), None);
        assert_eq!(sent(&with(&[])), None);
    }

    #[test]
    fn fresh_ids_are_digits_and_differ() {
        let (one, two) = (fresh().unwrap(), fresh().unwrap());
        assert!(one.len() == 32 && one.bytes().all(|byte| byte.is_ascii_hexdigit()), "{one}");
        assert_ne!(one, two);
    }

    #[test]
    fn reads_traceparents_as_the_standard_does() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let read = TraceParent::from_header(good).unwrap();
        assert_eq!(read.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!((read.parent_id(), read.is_sampled()), ("00f067aa0ba902b7", true));
        assert_eq!(read.as_str(), good);
        for (text, is_good) in [
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", true),
            ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", true),
            ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more", false),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", false),
            ("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false),
            ("00-4BF92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false),
            ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", false),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0", false),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0è", false),
            ("", false),
        ] {
            assert_eq!(TraceParent::from_header(text).is_ok(), is_good, "{text}");
        }
    }
}
