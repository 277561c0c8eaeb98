//! Whether the body of an answer is coded, and how it is sent then.
//!
//! There is no coding by default, and an answer without one takes the way it always took. A [`Recode`] that was set is
//! asked once, when the head is about to leave: only then status, fields and body are what they will be, whoever has
//! set them last, a handler or the one who shapes errors. What it gives for a stream is a [`Coder`], through which
//! every piece goes.
//!
//! ```text
//!  Asked ──whole──► a body of its own making
//!    │      └─────► Chosen, and deferred ──┐
//!    └────pieces───────────────────────────┴──head──► under way (in the link) ──► end
//! ```

use std::future::poll_fn;

use bytes::Bytes;

use super::{Response, Source, Stage};
use crate::error::Result;
use crate::message::coding::{Coder, STRETCH, UnderWay};
use crate::message::fault::ResponseFault;
use crate::proto::encode::Length;

/// Decides whether a body is coded, when its head is about to leave. Both may change the fields of the answer.
pub trait Recode {
    /// For a body that is known as a whole. It may set another one, or give a coder through which this one is sent in
    /// pieces.
    ///
    /// `len` is its length: of an answer to HEAD that of the body that is not there, if it was declared.
    fn whole(self: Box<Self>, res: &mut Response, len: u64) -> Option<Box<dyn Coder>>;

    /// For a body that is sent piece by piece; with its length, where that was declared.
    fn pieces(self: Box<Self>, res: &mut Response, len: Option<u64>) -> Option<Box<dyn Coder>>;
}

/// How far the question has got.
pub(super) enum Recoding {
    /// It is asked when the head leaves.
    Asked(Box<dyn Recode>),
    /// The pieces of a whole body are to go through this.
    Chosen(Box<dyn Coder>),
}

/// Fields, and bytes of them, that coding may add. An answer without room for them is sent as it is.
const ADDED: (usize, usize) = (2, 96);

impl Response {
    /// Lets this decide, when the head is about to leave, whether the body is coded; in place of one that was set
    /// before. It stays when the answer is cleared.
    #[doc(hidden)]
    pub fn recode(&mut self, recode: Box<dyn Recode>) {
        if self.stage == Stage::Fresh {
            self.recoding = Some(Box::new(Recoding::Asked(recode)));
        }
    }

    /// Completes an answer about whose body somebody is to be asked first.
    #[cold]
    #[inline(never)]
    pub(super) fn finish_recoded(&mut self) -> Result<(), ResponseFault> {
        self.recode_whole();
        self.finish()
    }

    /// Asks about a body that is whole. Afterwards it is what is to be sent, or deferred, to be sent in pieces.
    fn recode_whole(&mut self) {
        let Some(Recoding::Asked(recode)) = self.recoding.take().map(|it| *it) else { return };
        let has_body = !self.body_bytes().is_empty();
        let len = self.body_bytes().len() as u64;
        if self.length(len).is_err() || !self.has_room_for_coding() {
            return;
        }
        let coder = recode.whole(self, self.declared.unwrap_or(len));
        if has_body {
            // It was the length of the body, and may not be any more.
            self.declared = None;
        }
        if let Some(coder) = coder {
            self.declared = None;
            let body = self.take_body();
            self.recoding = Some(Box::new(Recoding::Chosen(coder)));
            self.source = Source::Deferred(Box::new(|res| Box::pin(res.send_stretches(body))));
        }
    }

    /// Sends a body that is to be coded in pieces now, for an answer that does not wait for its handler to return.
    pub(super) async fn send_recoded(&mut self) -> Result {
        if self.is_deferred() {
            return Ok(());
        }
        self.recode_whole();
        match self.is_deferred() {
            true => self.send_deferred().await,
            false => Ok(()),
        }
    }

    /// Sends a large body piece by piece.
    async fn send_stretches(&mut self, body: Bytes) -> Result {
        self.chunk(b"").await?;
        if !self.terms.head_only {
            for stretch in body.chunks(STRETCH) {
                self.chunk(stretch).await?;
            }
        }
        Ok(())
    }

    /// Lets other connections have a turn.
    pub(in crate::message) async fn give_way(&mut self) -> Result {
        // What was gathered leaves first: while it is here, whoever waits is asked again at once.
        self.flush().await?;
        poll_fn(|cx| self.poll_turn(cx)).await;
        Ok(())
    }

    /// Asks about a body that is about to be sent piece by piece, and delimited like this if it is sent as it is. How
    /// it is to be delimited now, and what the pieces go through.
    #[cold]
    pub(super) fn recode_pieces(&mut self, length: Length) -> (Length, Option<UnderWay>) {
        let recoding = self.recoding.take().map(|it| *it);
        let is_whole = matches!(recoding, Some(Recoding::Chosen(_)));
        let coder = match recoding {
            Some(Recoding::Chosen(coder)) => Some(coder),
            Some(Recoding::Asked(recode))
                if !self.status.forbids_body() && self.has_room_for_coding() =>
            {
                recode.pieces(self, self.declared)
            }
            _ => None,
        };
        let Some(coder) = coder else { return (length, None) };
        let left = self.declared.take();
        let length = self.stream_length().unwrap_or(length);
        let chunked = length == Length::Chunked;
        let (holds, since, coded) = (false, 0, Vec::new());
        (length, Some(UnderWay { coder, chunked, left, is_whole, holds, since, coded }))
    }

    /// Ends a body whose pieces are coded.
    #[cold]
    pub(super) fn end_coded(&mut self) -> Result<(), ResponseFault> {
        match self.link.take_under_way() {
            Some(under_way) => under_way.end(self.link.outbound().buf()),
            // Whoever took it has given the answer up.
            None => Err(ResponseFault::StreamTooShort),
        }
    }

    /// Drops what an answer that was not completed leaves behind. Every other has taken it, so this is not done between
    /// two requests, but when a connection ends.
    pub(crate) fn forget_recoding(&mut self) {
        self.recoding = None;
        self.link.take_under_way();
    }

    fn has_room_for_coding(&self) -> bool {
        self.fields.len() + ADDED.0 <= self.sizes.response_fields
            && self.fields.byte_len() + ADDED.1 <= self.sizes.fields
    }
}
