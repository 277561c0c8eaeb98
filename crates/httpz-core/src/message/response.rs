//! The response as a handler sees it, and the one way it reaches the wire.
//!
//! Until it is written, everything about it can be changed. Writing means encoding head and body
//! into the outgoing buffer: by the connection when the handler is done, or earlier by the handler
//! itself ([`Response::write`], [`Response::chunk`]). After that only chunks are added. Any other change makes the
//! next chunk fail. If there is none, a body makes the end of the stream fail, since it would be lost; the rest is
//! ignored.
//!
//! ```text
//!  Fresh ──write──► Written
//!    └────chunk───► Streaming ──finish──► Written
//!                        └─────abort────► Aborted
//! ```
//!
//! Here are its state and the passages between these stages. Its fields are in `response/fields.rs`, its
//! body in `response/body.rs`, how it is encoded and leaves in `response/send.rs`, and where it may be coded before that
//! in `response/recode.rs`.

mod body;
mod fields;
mod recode;
mod send;

use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use super::ContentType;
use super::alarm::Alarm;
use super::ambient::Ambient;
use super::content::Content;
use super::fault::ResponseFault;
use super::link::Link;
use crate::error::{Error, Result};
use crate::memory::Sizes;
use crate::proto::encode::FieldBlock;
use crate::proto::{Head, Method, Status, Version};

pub use body::IntoBody;
pub use recode::Recode;
use recode::Recoding;

/// Bodies up to this size are copied right after their head, so that both leave as one piece; larger ones
/// leave by vectored write.
const COPIED: usize = 16 * 1024;

/// How far the answer has got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nothing is encoded yet; everything can be changed.
    #[default]
    Fresh,
    /// The head is encoded; pieces of the body follow.
    Streaming,
    /// The head answers a HEAD, and the handler has been told that pieces of a body are not wanted.
    Enough,
    /// It is complete; what comes after it belongs to the next answer.
    Written,
    /// It broke off, or the peer has left: the connection must not go on after it.
    Aborted,
}

/// What the request says about how it may be answered.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terms {
    pub(crate) version: Version,
    /// The answer has a head only (HEAD).
    pub(crate) head_only: bool,
    /// A 2xx would promise a tunnel (CONNECT).
    pub(crate) tunnel: bool,
    /// The peer lets another request follow.
    pub(crate) persists: bool,
}

impl Terms {
    /// What this head says.
    #[inline]
    pub(crate) fn of(head: &Head) -> Self {
        let tunnel = head.method == Method::Connect;
        Self {
            version: head.version,
            head_only: head.method == Method::Head,
            tunnel,
            // A peer that asks for a tunnel may go on as if there were one.
            persists: head.persists && !tunnel,
        }
    }
}

/// Where the body is.
#[derive(Default)]
pub(super) enum Source {
    /// In the response's own buffer, perhaps empty.
    #[default]
    Buffer,
    /// Where the handler has put it.
    Given(Content),
    /// Nowhere yet: this sends the whole answer when the handler has returned.
    Deferred(Deferred),
    /// Nowhere: the answer was a 101, and this was the last to be said behind it.
    Parting(Parting),
}

/// What is said last over a tunnel; see [`Tunnel::say_last`](super::Tunnel::say_last).
#[derive(Clone, Copy)]
pub(super) struct Parting {
    pub(super) words: fn(Option<u16>) -> Vec<u8>,
    /// How many bytes were said, as for a handler that does not fail.
    pub(super) said: usize,
}

/// How a body that is sent piece by piece is delimited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Pieces {
    /// Each is a chunk.
    #[default]
    Chunked,
    /// There are this many bytes still to come of the length that was declared.
    Counted(u64),
    /// The connection ends with the last.
    UntilClose,
    /// What a coder makes of them is delimited (see `message/coding.rs`).
    Coded,
}

/// Sends an answer when the handler has returned.
pub(super) type Deferred =
    Box<dyn for<'a> FnOnce(&'a mut Response) -> Pin<Box<dyn Future<Output = Result> + 'a>>>;

/// A response: the status, the fields and the body.
pub struct Response {
    status: Status,
    content_type: Option<ContentType>,
    fields: FieldBlock,
    pub(super) source: Source,
    pub(super) buffer: Vec<u8>,
    pub(super) stage: Stage,
    /// `Content-Length` as the handler declared it.
    pub(super) declared: Option<u64>,
    has_date: bool,
    close: bool,
    /// Once the stream has begun.
    pieces: Pieces,
    /// Who is to be asked whether the body is coded.
    recoding: Option<Box<Recoding>>,
    fault: Option<ResponseFault>,
    /// The name of the field or cookie that a fault about one is about.
    spoiled_by: String,
    pub(crate) terms: Terms,
    pub(super) link: Rc<Link>,
    pub(super) ambient: Rc<Ambient>,
    sizes: Sizes,
}

impl Default for Response {
    fn default() -> Self {
        Self::new()
    }
}

impl Response {
    /// A response that is connected to nothing: what is written stays in memory. For tests.
    pub fn new() -> Self {
        let mut res = Self::pooled(Sizes::default(), Rc::new(Ambient::new(0)), Rc::default());
        res.terms.persists = true;
        res
    }

    pub(crate) fn pooled(sizes: Sizes, ambient: Rc<Ambient>, link: Rc<Link>) -> Self {
        Self {
            status: Status::OK,
            content_type: None,
            fields: FieldBlock::with_capacity(sizes.fields, sizes.response_fields),
            source: Source::Buffer,
            buffer: Vec::with_capacity(sizes.body),
            stage: Stage::Fresh,
            declared: None,
            has_date: false,
            close: false,
            pieces: Pieces::default(),
            recoding: None,
            fault: None,
            spoiled_by: String::new(),
            terms: Terms::default(),
            link,
            ambient,
            sizes,
        }
    }

    // ---- for handlers

    /// Sets the status code; 200 when it is never set.
    ///
    /// A code outside 200..=999 makes the answer a 500 with a log line.
    #[inline]
    pub fn status(&mut self, code: u16) -> &mut Self {
        self.change();
        self.status = Status(code);
        self
    }

    /// The status code as it stands.
    #[inline]
    pub fn status_code(&self) -> u16 {
        self.status.0
    }

    /// Makes this the last answer of its connection. That holds for whatever takes its place, too: an
    /// error, or what is said after [`Response::clear`].
    pub fn close(&mut self) -> &mut Self {
        self.close = true;
        self
    }

    /// Takes back everything that has not been written. What is left is a fresh 200 without a body, with
    /// no fields but those that are kept ([`Response::keep_headers`]). What [`Response::close`] said stays
    /// too, since it is about the connection.
    pub fn clear(&mut self) {
        if self.stage == Stage::Fresh {
            let close = self.close;
            self.fields.take_back();
            self.wipe_all_but_fields();
            self.has_date = self.fields.find(b"date").is_some();
            self.close = close;
        }
    }

    /// Has the head been sent, or at least queued for sending?
    #[inline]
    pub fn written(&self) -> bool {
        self.stage != Stage::Fresh
    }

    /// Treats the answer as sent although nothing of it is; the connection closes.
    pub fn mark_written(&mut self) {
        if self.stage == Stage::Fresh {
            self.stage = Stage::Written;
            self.close = true;
        }
    }

    /// Gives up on an answer whose head has been sent already: the connection is cut, so that the peer
    /// does not take what it has got for the whole.
    #[doc(hidden)]
    pub fn abort(&mut self) {
        if self.stage == Stage::Streaming {
            self.forget_recoding();
            self.stage = Stage::Aborted;
        }
    }

    /// An alarm for this long from now; up to half a second late, and never where no server runs.
    #[doc(hidden)]
    pub fn alarm(&self, after: Duration) -> Alarm {
        self.ambient.alarm(after)
    }

    // ---- for the rest of this room

    /// Notes why the answer cannot be sent with the field or cookie of this name; the first reason counts.
    #[cold]
    pub(super) fn spoil(&mut self, fault: ResponseFault, name: &str) -> &mut Self {
        if self.fault.is_none() {
            self.fault = Some(fault);
            self.spoiled_by.clear();
            self.spoiled_by.extend(name.chars().take(64));
        }
        self
    }

    /// The error that tells of a fault of this response.
    #[cold]
    pub(crate) fn told(&self, fault: ResponseFault) -> Error {
        if fault.is_about_a_name() {
            let cause = format!("{fault}: `{}`", self.spoiled_by);
            return Error::status(500, Status::INTERNAL_SERVER_ERROR.reason()).with_source(cause);
        }
        Error::from(fault)
    }

    /// Notes an attempt to change what may have been sent already.
    #[inline]
    pub(super) fn change(&mut self) {
        if self.stage != Stage::Fresh {
            self.fault.get_or_insert(ResponseFault::TooLate);
        }
    }

    pub(crate) fn stage(&self) -> Stage {
        self.stage
    }

    /// Does the answer, as it stands, let another request follow?
    #[inline]
    pub(crate) fn persists(&self) -> bool {
        !self.close && self.stage == Stage::Written && self.terms.persists
    }

    // ---- for the connection

    /// Makes ready for the answer to a request with these terms.
    #[inline]
    pub(crate) fn begin(&mut self, terms: Terms) {
        self.terms = terms;
        self.wipe();
    }

    #[inline]
    fn wipe(&mut self) {
        self.fields.clear();
        self.wipe_all_but_fields();
    }

    #[inline]
    fn wipe_all_but_fields(&mut self) {
        self.status = Status::OK;
        self.content_type = None;
        self.source = Source::Buffer;
        self.buffer.clear();
        self.declared = None;
        self.has_date = false;
        self.close = false;
        self.fault = None;
        self.stage = Stage::Fresh;
    }

    /// Lets go of the memory that the last answer still holds; the rest is wiped when the next one begins.
    #[inline]
    pub(crate) fn release(&mut self) {
        if !matches!(self.source, Source::Buffer) || self.buffer.capacity() > self.kept_buffer() {
            self.release_memory();
        }
    }

    #[cold]
    fn release_memory(&mut self) {
        self.source = Source::Buffer;
        if self.buffer.capacity() > self.kept_buffer() {
            self.buffer = Vec::with_capacity(self.sizes.body);
        }
    }

    #[inline]
    fn kept_buffer(&self) -> usize {
        self.sizes.body.max(COPIED)
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("stage", &self.stage)
            .field("body", &self.body_bytes().escape_ascii().to_string())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
