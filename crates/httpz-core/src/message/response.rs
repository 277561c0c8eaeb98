//! The response as a handler sees it, and the one way it reaches the wire.
//!
//! Until it is written, everything about it can be changed. Writing means encoding head and body
//! into the outgoing buffer: by the connection when the handler is done, or earlier by the handler
//! itself ([`Response::write`], [`Response::chunk`]). What comes after that is ignored or, for
//! chunks, appended.
//!
//! ```text
//!  Fresh ──write──► Written
//!    └────chunk───► Streaming ──finish──► Written
//!                        └─────abort────► Aborted
//! ```

use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;

use super::alarm::Alarm;
use super::ambient::Ambient;
use super::content::{Content, Source};
use super::fault::ResponseFault;
use super::link::Link;
use super::{ContentType, Writer};
use crate::error::{Error, Result};
use crate::memory::Sizes;
use crate::proto::encode::{self, AnswerHead, BadField, FieldBlock, Length};
use crate::proto::{Status, Version};
use crate::wire::Wire;

/// Bodies up to this size are copied behind their head, so that both leave as one piece; larger
/// ones leave by vectored write.
const COPIED: usize = 16 * 1024;

/// How far the response has got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stage {
    #[default]
    Fresh,
    Streaming,
    Written,
    Aborted,
}

/// What the request says about how it may be answered.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terms {
    pub(crate) version: Version,
    /// The answer has a head only (HEAD).
    pub(crate) head_only: bool,
    /// The peer lets another request follow.
    pub(crate) persists: bool,
}

/// Sends an answer bit by bit, when the handler has returned.
pub(super) type Rest =
    Box<dyn for<'a> FnOnce(&'a mut Response) -> Pin<Box<dyn Future<Output = Result> + 'a>>>;

/// A response: how it went, in which words.
pub struct Response {
    status: Status,
    content_type: Option<ContentType>,
    fields: FieldBlock,
    pub(super) source: Source<Rest>,
    pub(super) buffer: Vec<u8>,
    pub(super) stage: Stage,
    /// `Content-Length` as the handler declared it.
    declared: Option<u64>,
    has_date: bool,
    close: bool,
    /// Is the stream framed in chunks, rather than by the end of the connection?
    chunked: bool,
    fault: Option<ResponseFault>,
    pub(crate) terms: Terms,
    link: Rc<Link>,
    ambient: Rc<Ambient>,
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
            chunked: false,
            fault: None,
            terms: Terms::default(),
            link,
            ambient,
            sizes,
        }
    }

    // ---- what a handler says

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

    /// Sets the content type; cheaper than a field.
    #[inline]
    pub fn content_type(&mut self, kind: ContentType) -> &mut Self {
        self.change();
        self.content_type = Some(kind);
        self
    }

    /// Has a content type been set, as a type or as a field?
    #[inline]
    pub fn has_content_type(&self) -> bool {
        self.content_type.is_some()
            || (!self.fields.is_empty() && self.fields.find(b"content-type").is_some())
    }

    /// Adds a field; one of the same name stays.
    ///
    /// A name that is no token or a value with CR, LF or another control byte never reaches the
    /// wire: the answer becomes a 500 with a log line.
    ///
    /// ```
    /// # use httpz_core::Response;
    /// let mut res = Response::new();
    /// res.header("Location", "/users/7").header("Link", "</a>").header("Link", "</b>");
    /// assert_eq!(res.find_header("location"), Some(&b"/users/7"[..]));
    /// ```
    pub fn header(&mut self, name: &str, value: impl AsRef<[u8]>) -> &mut Self {
        match self.add_field(name, value.as_ref()) {
            Ok(()) => self,
            Err(fault) => self.spoil(fault),
        }
    }

    /// Notes why the answer cannot be sent as it is; the first reason counts.
    pub(super) fn spoil(&mut self, fault: ResponseFault) -> &mut Self {
        self.fault.get_or_insert(fault);
        self
    }

    /// Sets a field in place of all others of the same name.
    pub fn set_header(&mut self, name: &str, value: impl AsRef<[u8]>) -> &mut Self {
        self.remove_header(name);
        self.header(name, value)
    }

    /// Takes all fields of this name out.
    pub fn remove_header(&mut self, name: &str) -> &mut Self {
        self.change();
        if name.eq_ignore_ascii_case("content-type") {
            self.content_type = None;
        } else if name.eq_ignore_ascii_case("content-length") {
            self.declared = None;
        } else if name.eq_ignore_ascii_case("date") {
            self.has_date = false;
        }
        self.fields.remove(name.as_bytes());
        self
    }

    /// The first value of a field that was set.
    pub fn find_header(&self, name: &str) -> Option<&[u8]> {
        match self.content_type {
            Some(kind) if name.eq_ignore_ascii_case("content-type") => {
                Some(kind.as_str().as_bytes())
            }
            _ => self.fields.find(name.as_bytes()),
        }
    }

    fn add_field(&mut self, name: &str, value: &[u8]) -> Result<(), ResponseFault> {
        if self.written() {
            return Err(ResponseFault::TooLate);
        }
        match name.len() {
            4 if name.eq_ignore_ascii_case("date") => self.has_date = true,
            10 if name.eq_ignore_ascii_case("connection") => {
                if value.eq_ignore_ascii_case(b"close") {
                    self.close = true;
                    return Ok(());
                }
                if !value.eq_ignore_ascii_case(b"upgrade") {
                    return Err(ResponseFault::FieldForbidden);
                }
            }
            12 if name.eq_ignore_ascii_case("content-type") => self.content_type = None,
            14 if name.eq_ignore_ascii_case("content-length") => {
                let text = std::str::from_utf8(value).ok();
                let digits = text.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
                let length = digits.and_then(|digits| digits.parse().ok());
                self.declared = Some(length.ok_or(ResponseFault::WrongLength)?);
                return Ok(());
            }
            17 if name.eq_ignore_ascii_case("transfer-encoding") => {
                return Err(ResponseFault::FieldForbidden);
            }
            _ => {}
        }
        self.fields.push(name.as_bytes(), value).map_err(|bad| match bad {
            BadField::Name => ResponseFault::FieldName,
            BadField::Value => ResponseFault::FieldValue,
        })?;
        if self.fields.len() > self.sizes.response_fields {
            return Err(ResponseFault::TooManyFields);
        }
        if self.fields.byte_len() > self.sizes.fields {
            return Err(ResponseFault::FieldsTooLarge);
        }
        Ok(())
    }

    /// Sets the body. Large shared bodies are sent without being copied.
    ///
    /// ```
    /// # use httpz_core::Response;
    /// let mut res = Response::new();
    /// res.status(404).body("Not Found");
    /// res.body(vec![1, 2, 3]);
    /// assert_eq!(res.body_bytes(), [1, 2, 3]);
    /// ```
    pub fn body(&mut self, body: impl Into<Content>) -> &mut Self {
        self.change();
        self.buffer.clear();
        self.source = Source::Given(body.into());
        self
    }

    /// Sets the body to a copy of `text`, and the type to plain text if none is set.
    #[inline]
    pub fn text(&mut self, text: &str) -> &mut Self {
        if !self.has_content_type() {
            self.content_type(ContentType::Text);
        }
        self.bytes(text.as_bytes())
    }

    /// Sets the body to a copy of `bytes`.
    #[inline]
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.change();
        self.own_buffer().extend_from_slice(bytes);
        self
    }

    /// Sets the body to `value` as JSON, and the type to JSON.
    ///
    /// # Errors
    ///
    /// 500 when the value cannot be serialised.
    #[inline]
    pub fn json<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        self.content_type(ContentType::Json);
        let buffer = self.own_buffer();
        serde_json::to_writer(Writer::new(buffer), value)?;
        Ok(())
    }

    /// Sets the body to `value` as indented JSON, and the type to JSON.
    ///
    /// # Errors
    ///
    /// 500 when the value cannot be serialised.
    pub fn json_pretty<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        self.content_type(ContentType::Json);
        serde_json::to_writer_pretty(Writer::new(self.own_buffer()), value)?;
        Ok(())
    }

    /// Appends to the body; what [`Response::body`] had set is replaced.
    pub fn writer(&mut self) -> Writer<'_> {
        self.change();
        if !matches!(self.source, Source::Buffer) {
            self.source = Source::Buffer;
            self.buffer.clear();
        }
        Writer::new(&mut self.buffer)
    }

    /// The body as it stands.
    pub fn body_bytes(&self) -> &[u8] {
        match &self.source {
            Source::Buffer => &self.buffer,
            Source::Given(Content::Static(bytes)) => bytes,
            Source::Given(Content::Shared(bytes)) => bytes,
            Source::Rest(_) => &[],
        }
    }

    /// Makes this the last answer of its connection.
    pub fn close(&mut self) -> &mut Self {
        self.close = true;
        self
    }

    /// Takes everything back that has not been written: a fresh 200 without body, and without fields
    /// but those that are kept.
    pub fn clear(&mut self) {
        if self.stage == Stage::Fresh {
            self.fields.take_back();
            self.wipe_all_but_fields();
            self.has_date = self.fields.find(b"date").is_some();
        }
    }

    /// Keeps the fields that are set now when the answer is cleared, as it is when an error takes its
    /// place.
    ///
    /// For what a dispatcher says about every answer, whatever becomes of the handler.
    ///
    /// ```
    /// # use httpz_core::Response;
    /// let mut res = Response::new();
    /// res.header("X-Request-Id", "7").keep_headers();
    /// res.header("ETag", "\"half\"").text("half an ans");
    /// res.clear();
    /// assert!(res.find_header("x-request-id").is_some() && res.find_header("etag").is_none());
    /// ```
    pub fn keep_headers(&mut self) -> &mut Self {
        self.fields.keep();
        self
    }

    /// Has the head been sent, or at least given out to be sent?
    #[inline]
    pub fn written(&self) -> bool {
        self.stage != Stage::Fresh
    }

    /// Says that the answer has been dealt with: nothing of it is sent, and the connection closes.
    pub fn mark_written(&mut self) {
        if self.stage == Stage::Fresh {
            self.stage = Stage::Written;
            self.close = true;
        }
    }

    /// Gives up on an answer whose head has been sent already: the connection is cut, so that the
    /// peer does not take it for a complete one.
    #[doc(hidden)]
    pub fn abort(&mut self) {
        if self.stage == Stage::Streaming {
            self.stage = Stage::Aborted;
        }
    }

    /// Sends the answer now instead of after the handler. Later calls do nothing.
    ///
    /// # Errors
    ///
    /// 500 when the answer cannot be sent as it is; an I/O error when the peer is gone.
    ///
    /// # Cancel safety
    ///
    /// Once the future was polled, the answer is complete in memory and leaves with the next flush.
    pub async fn write(&mut self) -> Result {
        if self.stage == Stage::Fresh {
            self.answer_early();
            self.finish()?;
        }
        self.flush().await
    }

    // ---- on its way

    /// The answer goes out while the handler still runs. A peer that waits for `100 Continue` takes
    /// it for the end of its wait, and may send its body or not: the connection cannot live on.
    fn answer_early(&mut self) {
        if self.link.release() {
            self.close = true;
        }
    }

    #[inline]
    fn own_buffer(&mut self) -> &mut Vec<u8> {
        self.source = Source::Buffer;
        self.buffer.clear();
        &mut self.buffer
    }

    /// Notes an attempt to change what may have been sent already.
    #[inline]
    pub(super) fn change(&mut self) {
        if self.stage != Stage::Fresh {
            self.fault.get_or_insert(ResponseFault::TooLate);
        }
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

    /// Completes the answer in the outgoing buffer.
    ///
    /// # Errors
    ///
    /// When the answer cannot be sent as it is; nothing of it has been encoded then.
    #[inline]
    pub(crate) fn finish(&mut self) -> Result<(), ResponseFault> {
        match self.stage {
            Stage::Fresh => self.encode(),
            Stage::Streaming => {
                if self.chunked && !self.terms.head_only {
                    encode::last_chunk(self.link.outbound().buf());
                }
                self.stage = Stage::Written;
                Ok(())
            }
            Stage::Written | Stage::Aborted => Ok(()),
        }
    }

    #[inline]
    fn encode(&mut self) -> Result<(), ResponseFault> {
        if let Source::Rest(_) = self.source {
            return Ok(());
        }
        let body = self.body_bytes();
        let length = self.length(body.len() as u64)?;
        let mut outbound = self.link.outbound();
        let persists = self.encode_head(outbound.buf(), length);
        if !self.terms.head_only && body.len() <= COPIED {
            outbound.buf().extend_from_slice(body);
        } else if !self.terms.head_only {
            drop(outbound);
            self.set_tail();
        }
        self.close = !persists;
        self.stage = Stage::Written;
        Ok(())
    }

    #[cold]
    fn set_tail(&mut self) {
        let body = match std::mem::take(&mut self.source) {
            Source::Buffer => Bytes::from(std::mem::take(&mut self.buffer)),
            Source::Given(Content::Static(bytes)) => Bytes::from_static(bytes),
            Source::Given(Content::Shared(bytes)) => bytes,
            Source::Rest(_) => Bytes::new(),
        };
        self.link.outbound().set_tail(body);
    }

    /// How the body of this length is delimited, once everything about the answer is found sound.
    #[inline]
    fn length(&self, len: u64) -> Result<Length, ResponseFault> {
        match (self.fault, self.status, self.declared) {
            (Some(fault), ..) => Err(fault),
            (None, Status::OK, None) => Ok(Length::Counted(len)),
            (None, ..) => self.unusual_length(len),
        }
    }

    fn unusual_length(&self, len: u64) -> Result<Length, ResponseFault> {
        if !self.status.is_final() {
            return Err(ResponseFault::BadStatus);
        }
        if self.status.forbids_body() {
            if len > 0 {
                return Err(ResponseFault::BodyForbidden);
            }
            if self.status.forbids_length() {
                return Ok(Length::Absent);
            }
        }
        match self.declared {
            None => Ok(Length::Counted(len)),
            Some(declared) if declared == len || (self.terms.head_only && len == 0) => {
                Ok(Length::Counted(declared))
            }
            Some(_) => Err(ResponseFault::WrongLength),
        }
    }

    /// Appends the head, and tells whether the connection may live on after the body.
    #[inline]
    fn encode_head(&self, out: &mut Vec<u8>, length: Length) -> bool {
        let persists = self.terms.persists
            && !self.close
            && !self.ambient.draining()
            && length != Length::UntilClose;
        self.put_head(out, length, persists);
        persists
    }

    #[inline]
    fn put_head(&self, out: &mut Vec<u8>, length: Length, persists: bool) {
        let head = AnswerHead {
            version: self.terms.version,
            status: self.status,
            opening: &self.ambient.opening(),
            has_date: self.has_date,
            content_type: self.content_type.map(ContentType::line),
            fields: &self.fields,
            length,
            persists,
        };
        encode::head(out, &head);
    }

    /// Puts the head of a 101 into the outgoing buffer; what follows it is no longer HTTP. A peer that
    /// expects to be told to go on is told that first (RFC 9110 §7.8).
    pub(super) fn encode_switch(&mut self, expects_continue: bool) -> Result<(), ResponseFault> {
        if self.stage != Stage::Fresh {
            return Err(ResponseFault::TooLate);
        }
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        self.status = Status(101);
        self.content_type = None;
        if expects_continue {
            self.push_raw(encode::CONTINUE);
        }
        self.put_head(self.link.outbound().buf(), Length::Absent, true);
        self.stage = Stage::Written;
        self.close = true;
        Ok(())
    }

    /// Appends bytes behind a 101.
    pub(super) fn push_raw(&mut self, bytes: &[u8]) {
        self.link.outbound().buf().extend_from_slice(bytes);
    }

    /// Starts a streamed body: head first, then whatever [`Response::chunk`] is given.
    pub(super) fn start_stream(&mut self) -> Result<(), ResponseFault> {
        if self.stage != Stage::Fresh {
            return Ok(());
        }
        let absent = self.length(0)? == Length::Absent;
        self.answer_early();
        self.chunked = self.terms.version == Version::Http11 && !absent;
        let length = match (absent, self.chunked) {
            (true, _) => Length::Absent,
            (_, true) => Length::Chunked,
            (_, false) => Length::UntilClose,
        };
        let persists = self.encode_head(self.link.outbound().buf(), length);
        self.close = !persists;
        self.stage = Stage::Streaming;
        Ok(())
    }

    /// Appends a piece of a streamed body.
    pub(super) fn push_stream(&mut self, data: &[u8]) -> Result<(), ResponseFault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        // Behind a complete answer these bytes would be read as the beginning of the next one.
        if self.stage != Stage::Streaming {
            return Err(ResponseFault::TooLate);
        }
        if self.terms.head_only || data.is_empty() {
            return Ok(());
        }
        if self.status.forbids_body() {
            return Err(ResponseFault::BodyForbidden);
        }
        let mut outbound = self.link.outbound();
        if self.chunked {
            encode::chunk(outbound.buf(), data);
        } else {
            outbound.buf().extend_from_slice(data);
        }
        Ok(())
    }

    /// An alarm for this long from now; up to half a second late, and never where no server runs.
    #[doc(hidden)]
    pub fn alarm(&self, after: Duration) -> Alarm {
        self.ambient.alarm(after)
    }

    pub(crate) fn stage(&self) -> Stage {
        self.stage
    }

    /// Does the answer, as it stands, let another request follow?
    #[inline]
    pub(crate) fn persists(&self) -> bool {
        !self.close && self.stage == Stage::Written && self.terms.persists
    }

    /// How many bytes are to be sent.
    pub(super) fn gathered(&self) -> usize {
        self.link.outbound().len()
    }

    /// Lets leave what is to be sent; `false` when the peer is gone.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        self.link.poll_flush(cx).map(|result| {
            if result.is_err() {
                self.stage = Stage::Aborted;
            }
            result.is_ok()
        })
    }

    pub(super) fn wire(&self) -> Option<Rc<dyn Wire>> {
        self.link.wire()
    }

    /// Is every answer to be the last of its connection?
    pub(super) fn draining(&self) -> bool {
        self.ambient.draining()
    }

    pub(super) async fn flush(&mut self) -> Result {
        self.link.flush().await.map_err(|error| {
            self.stage = Stage::Aborted;
            Error::status(500, "the peer is gone").with_source(error)
        })
    }

    // ---- what the connection does with it

    /// Makes ready for the answer to a request with these terms.
    #[inline]
    pub(crate) fn begin(&mut self, terms: Terms) {
        self.terms = terms;
        self.wipe();
    }

    /// Lets go of what the last answer still holds; the rest is wiped when the next one begins.
    #[inline]
    pub(crate) fn wash(&mut self) {
        if !matches!(self.source, Source::Buffer) || self.buffer.capacity() > self.kept_buffer() {
            self.let_go();
        }
    }

    #[cold]
    fn let_go(&mut self) {
        self.source = Source::Buffer;
        if self.buffer.capacity() > self.kept_buffer() {
            self.buffer = Vec::with_capacity(self.sizes.body);
        }
    }

    #[inline]
    fn kept_buffer(&self) -> usize {
        self.sizes.body.max(COPIED)
    }

    /// Everything that has been encoded, for a response made by [`Response::new`]; ends it.
    ///
    /// # Errors
    ///
    /// 500 when the answer cannot be sent as it is.
    pub fn encoded(&mut self) -> Result<Vec<u8>> {
        self.finish()?;
        Ok(self.link.take_outbound())
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
