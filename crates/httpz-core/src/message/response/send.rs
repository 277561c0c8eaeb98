//! How the answer gets into the outgoing buffer, and from there to the peer.
//!
//! Encoding decides everything at once: whether the answer can be sent as it is, how its body is
//! delimited, and whether the connection lives on. When it refuses, nothing has been encoded.

use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;

use super::{COPIED, Pieces, Response, Source, Stage};
use crate::error::{Error, Result};
use crate::memory::Sizes;
use crate::message::ContentType;
use crate::message::content::Content;
use crate::message::fault::ResponseFault;
use crate::proto::encode::{self, AnswerHead, Length};
use crate::proto::{Status, Version};
use crate::wire::Wire;

impl Response {
    /// Sends the answer now instead of after the handler. Later calls do nothing.
    ///
    /// # Errors
    ///
    /// 500 when the answer cannot be sent as it is. Also 500, with the [`std::io::Error`] as its source, when the peer
    /// is gone.
    ///
    /// # Cancel safety
    ///
    /// Once the future has been polled, the answer is complete in memory and leaves with the next flush.
    pub async fn write(&mut self) -> Result {
        if self.stage == Stage::Fresh {
            if self.recoding.is_some() {
                self.send_recoded().await?;
            }
            self.answer_early();
            self.finish().map_err(|fault| self.told(fault))?;
        }
        self.flush().await
    }

    /// Everything that has been encoded, for a response made by [`Response::new`]; ends it.
    ///
    /// # Errors
    ///
    /// 500 when the answer cannot be sent as it is.
    pub fn encoded(&mut self) -> Result<Vec<u8>> {
        self.finish().map_err(|fault| self.told(fault))?;
        Ok(self.link.take_outbound())
    }

    /// Can it be sent as it stands, or has it been? Otherwise an error will take its place.
    #[doc(hidden)]
    pub fn is_sound(&self) -> bool {
        let is_deferred = matches!(self.source, Source::Deferred(_));
        self.written() || is_deferred || self.length(self.body_bytes().len() as u64).is_ok()
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
                if !self.body_bytes().is_empty() {
                    return Err(ResponseFault::BodyBehindStream);
                }
                match self.pieces {
                    _ if self.terms.head_only => {}
                    Pieces::Chunked => encode::last_chunk(self.link.outbound().buf()),
                    Pieces::Counted(0) | Pieces::UntilClose => {}
                    Pieces::Counted(_) => return Err(ResponseFault::StreamTooShort),
                    Pieces::Coded => self.end_coded()?,
                }
                self.stage = Stage::Written;
                Ok(())
            }
            Stage::Enough => {
                self.stage = Stage::Written;
                Ok(())
            }
            Stage::Written | Stage::Aborted => Ok(()),
        }
    }

    #[inline]
    fn encode(&mut self) -> Result<(), ResponseFault> {
        if let Source::Deferred(_) = self.source {
            return Ok(());
        }
        if self.recoding.is_some() {
            return self.finish_recoded();
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
        let body = self.take_body();
        self.link.outbound().set_tail(body);
    }

    /// Takes the body, to be sent without being copied.
    pub(super) fn take_body(&mut self) -> Bytes {
        match std::mem::take(&mut self.source) {
            Source::Buffer => Bytes::from(std::mem::take(&mut self.buffer)),
            Source::Given(Content::Static(bytes)) => Bytes::from_static(bytes),
            Source::Given(Content::Shared(bytes)) => bytes,
            Source::Deferred(_) | Source::Parting(_) => Bytes::new(),
        }
    }

    /// How a body of this length is delimited, if everything about the answer is sound.
    #[inline]
    pub(super) fn length(&self, len: u64) -> Result<Length, ResponseFault> {
        match (self.fault, self.status, self.declared) {
            (Some(fault), ..) => Err(fault),
            (None, Status::OK, None) if !self.terms.tunnel => Ok(Length::Counted(len)),
            (None, ..) => self.unusual_length(len),
        }
    }

    fn unusual_length(&self, len: u64) -> Result<Length, ResponseFault> {
        if !self.status.is_final() {
            return Err(ResponseFault::BadStatus);
        }
        // The peer would take everything that follows for bytes of the tunnel (RFC 9110 §9.3.6).
        if self.terms.tunnel && self.status.is_success() {
            return Err(ResponseFault::NoTunnel);
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
            && !self.ambient.is_leaving()
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
    /// expects `100 Continue` gets that first (RFC 9110 §7.8).
    pub(in crate::message) fn encode_switch(
        &mut self,
        expects_continue: bool,
    ) -> Result<(), ResponseFault> {
        if self.stage != Stage::Fresh {
            return Err(ResponseFault::TooLate);
        }
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if !self.body_bytes().is_empty() {
            return Err(ResponseFault::BodyBeforeStream);
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

    /// Appends bytes after a 101.
    pub(in crate::message) fn push_raw(&mut self, bytes: &[u8]) {
        self.link.outbound().buf().extend_from_slice(bytes);
    }

    /// Says something else last, for a handler that has failed with this status, unless what was said has left.
    #[cold]
    pub(crate) fn part_in_failure(&mut self, status: u16) {
        let Source::Parting(parting) = self.source else { return };
        let mut outbound = self.link.outbound();
        if let Some(kept) = outbound.front().len().checked_sub(parting.said) {
            let sent = outbound.buf().len() - outbound.front().len();
            outbound.buf().truncate(sent + kept);
            outbound.buf().extend_from_slice(&(parting.words)(Some(status)));
        }
    }

    /// Starts a streamed body: head first, then whatever [`Response::chunk`] is given.
    pub(in crate::message) fn start_stream(&mut self) -> Result<(), ResponseFault> {
        if self.stage != Stage::Fresh {
            return Ok(());
        }
        let length = self.stream_length()?;
        if !self.body_bytes().is_empty() {
            return Err(ResponseFault::BodyBeforeStream);
        }
        let (length, under_way) = match self.recoding.is_some() {
            true => self.recode_pieces(length),
            false => (length, None),
        };
        self.answer_early();
        self.pieces = match length {
            _ if under_way.is_some() => Pieces::Coded,
            Length::Counted(n) => Pieces::Counted(n),
            Length::Chunked => Pieces::Chunked,
            Length::Absent | Length::UntilClose => Pieces::UntilClose,
        };
        let persists = self.encode_head(self.link.outbound().buf(), length);
        if length == Length::UntilClose
            && !self.terms.head_only
            && let Some(wire) = self.link.wire()
        {
            wire.must_break_off(true);
        }
        if let Some(under_way) = under_way.filter(|_| !self.terms.head_only) {
            self.link.code(under_way);
        }
        self.close = !persists;
        self.stage = Stage::Streaming;
        Ok(())
    }

    /// How a body that is sent piece by piece is delimited, if everything about the answer is sound.
    pub(super) fn stream_length(&self) -> Result<Length, ResponseFault> {
        let counted = self.declared.filter(|_| !self.status.forbids_body());
        Ok(match (self.length(counted.unwrap_or_default())?, counted) {
            (Length::Absent, _) => Length::Absent,
            (_, Some(n)) => Length::Counted(n),
            (..) if self.terms.version == Version::Http11 => Length::Chunked,
            (..) => Length::UntilClose,
        })
    }

    /// Appends a piece of a streamed body.
    pub(in crate::message) fn push_stream(&mut self, data: &[u8]) -> Result<(), ResponseFault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        match self.stage {
            Stage::Streaming => {}
            Stage::Enough => return Ok(()),
            // After a complete answer these bytes would be read as the beginning of the next one.
            Stage::Fresh | Stage::Written | Stage::Aborted => return Err(ResponseFault::TooLate),
        }
        if data.is_empty() {
            return Ok(());
        }
        if self.terms.head_only {
            self.stage = Stage::Enough;
            return Ok(());
        }
        if self.status.forbids_body() {
            return Err(ResponseFault::BodyForbidden);
        }
        if self.pieces == Pieces::Coded {
            return self.link.push_coded(data);
        }
        let mut outbound = self.link.outbound();
        if self.pieces == Pieces::Chunked {
            encode::chunk(outbound.buf(), data);
            return Ok(());
        }
        if let Pieces::Counted(left) = &mut self.pieces {
            *left = left.checked_sub(data.len() as u64).ok_or(ResponseFault::StreamTooLong)?;
        }
        outbound.buf().extend_from_slice(data);
        Ok(())
    }

    /// Notes that the answer goes out while the handler still runs. A peer that waits for `100 Continue`
    /// takes it for the end of its wait and may send its body or not, so the connection cannot live on.
    fn answer_early(&mut self) {
        if self.link.release() {
            self.close = true;
        }
    }

    /// How many bytes are to be sent.
    pub(in crate::message) fn gathered(&self) -> usize {
        self.link.outbound().len()
    }

    /// Sends what is to be sent; `false` when the peer is gone.
    pub(in crate::message) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        self.link.settle();
        self.link.poll_flush(cx).map(|result| {
            if result.is_err() {
                self.stage = Stage::Aborted;
            }
            result.is_ok()
        })
    }

    /// Lets go of the memory of something large, once it has been sent.
    pub(in crate::message) fn trim(&self) {
        self.link.trim(Sizes::KEPT_BY_STREAMS);
    }

    pub(in crate::message) async fn flush(&mut self) -> Result {
        self.link.settle();
        self.link.flush().await.map_err(|error| {
            self.stage = Stage::Aborted;
            Error::status(500, "the peer is gone").with_source(error)
        })
    }

    /// Ready when other connections have had a turn since it was ready last.
    pub(in crate::message) fn poll_turn(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.wire().map_or(Poll::Ready(()), |wire| wire.poll_turn(cx))
    }

    pub(in crate::message) fn wire(&self) -> Option<Rc<dyn Wire>> {
        self.link.wire()
    }

    /// Is every answer to be the last of its connection?
    pub(in crate::message) fn is_leaving(&self) -> bool {
        self.ambient.is_leaving()
    }
}
