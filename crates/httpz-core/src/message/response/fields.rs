//! What a handler says in the head of the answer besides the status.
//!
//! Fields that the server is responsible for are not just stored: what they say becomes a fact of the response
//! (`close`, `declared`, `has_date`) or a fault.

use super::Response;
use crate::error::Result;
use crate::message::ContentType;
use crate::message::fault::ResponseFault;
use crate::proto::encode::BadField;

impl Response {
    /// Sets the content type, in place of one that was set as a field; cheaper than that.
    #[inline]
    pub fn content_type(&mut self, kind: ContentType) -> &mut Self {
        self.change();
        if !self.fields.is_empty() {
            self.fields.remove(b"content-type");
        }
        self.content_type = Some(kind);
        self
    }

    /// Has a content type been set, as a type or as a field?
    #[inline]
    pub fn has_content_type(&self) -> bool {
        self.content_type.is_some()
            || (!self.fields.is_empty() && self.fields.find(b"content-type").is_some())
    }

    /// Adds a field; others of the same name stay, but for `Content-Type` and `Content-Length`, of which an
    /// answer has one.
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
            Err(fault) => self.spoil(fault, name),
        }
    }

    /// Declares the length of a body, in bytes, that is sent piece by piece ([`Response::chunk`]): it goes out as
    /// `Content-Length`, so that the client knows how much is still to come, and not in chunks.
    ///
    /// The pieces must add up to it. One that would be too many is an error and is not sent; if bytes are missing in
    /// the end, the connection is cut, so that no peer takes the part for the whole.
    ///
    /// A body that is given as a whole has its length by itself. To declare another, or one for an event stream, makes
    /// the answer a 500. With 204 and 304 none is sent.
    ///
    /// ```
    /// # use httpz_core::{Response, Result};
    /// async fn zeros(res: &mut Response) -> Result {
    ///     res.content_length(3 * 1024);
    ///     for _ in 0..3 {
    ///         res.chunk([0; 1024]).await?;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub fn content_length(&mut self, bytes: u64) -> &mut Self {
        self.change();
        self.declared = Some(bytes);
        self
    }

    /// Sets a field in place of all others of the same name.
    pub fn set_header(&mut self, name: &str, value: impl AsRef<[u8]>) -> &mut Self {
        self.remove_header(name);
        self.header(name, value)
    }

    /// Removes all fields of this name.
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
    ///
    /// `Content-Length` and `Connection: close` are not found: what they say is a fact of the answer rather than a
    /// field, and the server writes them.
    ///
    /// ```
    /// # use httpz_core::Response;
    /// let mut res = Response::new();
    /// res.header("ETag", "\"7\"").header("Content-Length", "7").header("Connection", "close");
    /// assert_eq!(res.find_header("etag"), Some(&b"\"7\""[..]));
    /// assert!(res.find_header("content-length").is_none() && res.find_header("connection").is_none());
    /// ```
    pub fn find_header(&self, name: &str) -> Option<&[u8]> {
        match self.content_type {
            Some(kind) if name.eq_ignore_ascii_case("content-type") => {
                Some(kind.as_str().as_bytes())
            }
            _ => self.fields.find(name.as_bytes()),
        }
    }

    /// Is this word in a field of this name that is a list?
    #[doc(hidden)]
    pub fn lists(&self, name: &str, word: &str) -> bool {
        let mut fields =
            self.fields.iter().filter(|(other, _)| name.as_bytes().eq_ignore_ascii_case(other));
        let is_word = |item: &[u8]| item.trim_ascii().eq_ignore_ascii_case(word.as_bytes());
        fields.any(|(_, value)| value.split(|&byte| byte == b',').any(is_word))
    }

    /// Says to caches that the answer depends on this field of the request (`Vary`), unless it says so already.
    #[doc(hidden)]
    pub fn vary(&mut self, field: &str) {
        if !self.lists("vary", field) && !self.lists("vary", "*") {
            self.header("Vary", field);
        }
    }

    /// Keeps the fields that are set now even when the answer is cleared, as it is when an error takes its
    /// place.
    ///
    /// Meant for what a dispatcher says in every answer, whether the handler succeeds or not.
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
            12 if name.eq_ignore_ascii_case("content-type") => {
                self.content_type = None;
                self.fields.remove(name.as_bytes());
            }
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
}
