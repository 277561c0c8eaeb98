//! What a handler gives as the body of the answer, while all of it fits into memory.
//!
//! There is one body: whoever gives another replaces it, except through [`Response::writer`], which
//! appends. Bodies that are sent as they come are in `chunks.rs`; they refuse to begin when a body was
//! set here, since it would be lost.

use std::rc::Rc;

use serde::Serialize;

use super::{Response, Source};
use crate::error::Result;
use crate::memory::Arena;
use crate::message::content::Content;
use crate::message::{ContentType, Writer};

/// What [`Response::body`] takes: a [`Content`], what becomes one, or what an arena lends.
///
/// The pieces of an arena do not live until the answer leaves, so they are copied. They are `&mut`, which
/// tells them from texts that live as long as the program.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the body of a response",
    note = "a body is a `&'static str`, `String`, `Vec<u8>` or `Bytes`, or a piece of an arena",
    note = "anything else that lends text or bytes is copied by `res.text(..)` or `res.bytes(..)`"
)]
pub trait IntoBody {
    #[doc(hidden)]
    fn put(self, res: &mut Response);
}

impl<T: Into<Content>> IntoBody for T {
    fn put(self, res: &mut Response) {
        res.give(self.into());
    }
}
impl IntoBody for &mut str {
    fn put(self, res: &mut Response) {
        res.bytes(self.as_bytes());
    }
}
impl IntoBody for &mut [u8] {
    fn put(self, res: &mut Response) {
        res.bytes(self);
    }
}

impl Response {
    /// Sets the body. Large shared bodies are sent without being copied; what an arena lends is copied.
    ///
    /// ```
    /// # use httpz_core::Response;
    /// let mut res = Response::new();
    /// res.status(404).body("Not Found");
    /// res.body(vec![1, 2, 3]);
    /// assert_eq!(res.body_bytes(), [1, 2, 3]);
    /// ```
    pub fn body(&mut self, body: impl IntoBody) -> &mut Self {
        body.put(self);
        self
    }

    fn give(&mut self, content: Content) {
        self.change();
        self.buffer.clear();
        self.source = Source::Given(content);
    }

    /// Memory that lives as long as the request, the same as [`Request::arena`](crate::Request::arena).
    ///
    /// The handle is counted, so the response can be changed while pieces of the arena are borrowed.
    /// Keeping the handle after the request keeps the memory.
    ///
    /// ```
    /// # use httpz_core::Response;
    /// fn hits(hits: u64, res: &mut Response) {
    ///     let arena = res.arena();
    ///     let text = arena.format(format_args!("{hits} hits"));
    ///     text.make_ascii_uppercase();
    ///     res.body(text);
    /// }
    /// # let mut res = Response::new();
    /// # hits(9000, &mut res);
    /// # assert_eq!(res.body_bytes(), b"9000 HITS");
    /// ```
    pub fn arena(&self) -> Rc<Arena> {
        self.link.arena()
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

    /// Sets the body to `value` as JSON, and the type to JSON; one that was set as a field
    /// (`application/vnd.api+json`, say) stays.
    ///
    /// # Errors
    ///
    /// 500 when the value cannot be serialised.
    #[inline]
    pub fn json<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        self.json_type();
        let buffer = self.own_buffer();
        serde_json::to_writer(Writer::new(buffer), value)?;
        Ok(())
    }

    /// Sets the body to `value` as indented JSON, and the type as [`Response::json`] does.
    ///
    /// # Errors
    ///
    /// 500 when the value cannot be serialised.
    pub fn json_pretty<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        self.json_type();
        serde_json::to_writer_pretty(Writer::new(self.own_buffer()), value)?;
        Ok(())
    }

    #[inline]
    fn json_type(&mut self) {
        self.change();
        if self.fields.is_empty() || self.fields.find(b"content-type").is_none() {
            self.content_type = Some(ContentType::Json);
        }
    }

    /// Appends to the body; one that [`Response::body`] has set is replaced.
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
            Source::Deferred(_) | Source::Parting(_) => &[],
        }
    }

    #[inline]
    pub(super) fn own_buffer(&mut self) -> &mut Vec<u8> {
        self.source = Source::Buffer;
        self.buffer.clear();
        &mut self.buffer
    }
}
