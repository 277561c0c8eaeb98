//! The body of a request: already here, or still on the wire.
//!
//! A body that came with its head stays where it was received. One that did not is read when
//! somebody asks for it, into memory of its own, because the handler may by then hold borrows into
//! the head. That is also when a client that expects `100 Continue` is told to go on: a guard that
//! refuses costs no upload.
//!
//! What is wrong with a body, its size included, is kept as a fault and told to whoever reads the body: by
//! then a route may have set another limit, or a guard may have refused the request for a better reason.
//!
//! ```text
//!             ┌────────► Here (in the inbound buffer) ──pieces──► Gone
//!  Empty   begin
//!             └────────► Late ──read──► Stored ──pieces──► Gone
//!                          └──discard, or in pieces──► Gone
//! ```

mod late;

use std::cell::{Cell, OnceCell, RefCell};
use std::task::{Context, Poll, ready};

use late::Late;

use super::link::Link;
use crate::memory::Inbound;
use crate::proto::{Framing, Head, ProtocolError, Span};
use crate::wire::{Wait, Wire};

/// An unread body longer than this is not read to the end just to keep the connection.
pub(crate) const DISCARD: u64 = 256 * 1024;
/// A body that came after its head is small up to this size; see [`Link::has_large_body`].
const SMALL: u64 = 16 * 1024;

/// Where the body of the current request is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Empty,
    Here(Span),
    Late,
    Stored,
    Gone,
}

/// A part of a body, in the order it came.
#[derive(Debug)]
pub enum Piece<'a> {
    /// There is no more.
    End,
    /// Bytes that stand in the request's own memory.
    Here(&'a [u8]),
    /// This many bytes, at the beginning of the buffer that was given to be filled.
    Filled(usize),
}

/// The body of the current request and what is needed to read it.
#[derive(Debug, Default)]
pub(crate) struct Incoming {
    place: Cell<Place>,
    late: RefCell<Late>,
    stored: OnceCell<Vec<u8>>,
    fault: Cell<Option<ProtocolError>>,
    /// Bytes at the front of the inbound buffer that belong to this request.
    taken: Cell<usize>,
}

impl Incoming {
    /// Finds the body of a request whose head has just been parsed.
    #[inline]
    pub(crate) fn begin(&self, head: &Head, inbound: &Inbound, limit: u64, link: &Link) {
        self.taken.set(head.len);
        match head.framing {
            Framing::Empty => {}
            Framing::Counted(n) if n <= limit && n <= (inbound.len() - head.len) as u64 => {
                let n = n as usize;
                self.place.set(Place::Here(Span::new(inbound.start() + head.len, n)));
                self.taken.set(head.len + n);
            }
            framing => self.begin_late(framing, head, inbound, limit, link),
        }
    }

    /// The rest of the body is still to come, or the body is in chunks, or too large.
    #[cold]
    fn begin_late(
        &self,
        framing: Framing,
        head: &Head,
        inbound: &Inbound,
        limit: u64,
        link: &Link,
    ) {
        let mut late = self.late.borrow_mut();
        late.restart();
        if late.store.capacity() == 0 {
            late.store = link.take_body_memory();
        }
        link.note_large_body(!matches!(framing, Framing::Counted(n) if n <= SMALL));
        late.room = inbound.buffer().len();
        late.limit = limit;
        // RFC 9110 §10.1.1: no need to say "continue" to a peer that has begun to send.
        link.withhold(head.expects_continue && inbound.len() == head.len);
        self.place.set(Place::Late);
        self.fault.set(None);
        match late.take_first(framing, limit, &inbound.bytes()[head.len..]) {
            Ok(n) => self.taken.set(head.len + n),
            Err(fault) => self.fault.set(Some(fault)),
        }
        drop(late);
        self.settle();
    }

    /// The limit that the last late body was held to.
    #[cold]
    pub(crate) fn late_limit(&self) -> u64 {
        self.late.borrow().limit
    }

    /// Holds the body to another limit than [`Incoming::begin`] did; does nothing once its reading has
    /// begun.
    #[cold]
    pub(crate) fn limit(&self, head: &Head, inbound: &Inbound, limit: u64, link: &Link) {
        if matches!(self.place.get(), Place::Empty | Place::Gone) || self.late.borrow().begun {
            return;
        }
        match self.stored.get() {
            None => {
                // A body that was here may be found too large now, and the other way round.
                self.fault.set(None);
                // Whether the peer still waits for `100 Continue` is another matter.
                let withheld = link.is_withheld();
                self.begin(head, inbound, limit, link);
                link.withhold(withheld);
            }
            // Somebody may hold a borrow of it, so it stays where it is.
            Some(store) if store.len() as u64 <= limit => {
                self.fault.set(None);
                self.place.set(Place::Stored);
            }
            Some(_) => {
                self.late.borrow_mut().limit = limit;
                self.fault.set(Some(ProtocolError::BodyTooLarge));
                self.place.set(Place::Late);
            }
        }
    }

    /// Moves a body that is complete to where handlers can borrow it.
    fn settle(&self) {
        let mut late = self.late.borrow_mut();
        if self.fault.get().is_none() && late.is_done() {
            let mut store = std::mem::take(&mut late.store);
            store.truncate(late.n);
            late.decoder = None;
            // `stored` is emptied whenever a request ends.
            let _ = self.stored.set(store);
            self.place.set(Place::Stored);
        }
    }

    /// Has the whole body been taken off the wire, so that nothing has to be waited for?
    #[inline]
    pub(crate) fn is_off_the_wire(&self) -> bool {
        self.place.get() != Place::Late
    }

    /// Is the rest known to be longer than is worth reading and throwing away?
    pub(crate) fn is_long(&self) -> bool {
        let late = self.late.borrow();
        late.decoder.as_ref().is_some_and(|decoder| decoder.remaining() > DISCARD)
    }

    /// The body, when there is one and it has been read.
    #[inline]
    pub(crate) fn bytes<'a>(&'a self, inbound: &'a Inbound) -> Option<&'a [u8]> {
        match self.place.get() {
            Place::Here(span) => Some(span.of_bytes(inbound.buffer())),
            Place::Stored => self.stored.get().map(Vec::as_slice),
            Place::Empty | Place::Late | Place::Gone => None,
        }
    }

    /// What has been received after this request.
    pub(super) fn beyond<'a>(&self, inbound: &'a Inbound) -> &'a [u8] {
        inbound.bytes().get(self.taken.get()..).unwrap_or_default()
    }

    /// Why the body could not be read, if it could not.
    pub(crate) fn fault(&self) -> Option<ProtocolError> {
        self.fault.get()
    }

    /// Reads the rest of the body and keeps it. Ready at once when it is here.
    ///
    /// Cancel safe: what was read is kept, and the next call goes on from there.
    pub(crate) fn poll_read(
        &self,
        cx: &mut Context<'_>,
        wire: &dyn Wire,
    ) -> Poll<Result<(), ProtocolError>> {
        let mut budget = u64::MAX;
        self.poll(cx, wire, &mut budget, true)
    }

    /// Reads the rest of the body and throws it away, at most `budget` bytes of it.
    ///
    /// Ready with `false` when the budget is used up.
    pub(crate) fn poll_discard(
        &self,
        cx: &mut Context<'_>,
        wire: &dyn Wire,
        budget: &mut u64,
    ) -> Poll<Result<bool, ProtocolError>> {
        let done = ready!(self.poll(cx, wire, budget, false));
        Poll::Ready(done.map(|()| self.is_off_the_wire()))
    }

    fn poll(
        &self,
        cx: &mut Context<'_>,
        wire: &dyn Wire,
        budget: &mut u64,
        keep: bool,
    ) -> Poll<Result<(), ProtocolError>> {
        while self.place.get() == Place::Late {
            match ready!(self.poll_step(cx, wire, keep))? {
                n if n as u64 > *budget => return Poll::Ready(Ok(())),
                n => *budget -= n as u64,
            }
            if keep {
                self.settle();
            } else if self.late.borrow().is_done() {
                self.place.set(Place::Gone);
            }
        }
        Poll::Ready(Ok(()))
    }

    /// One read of a late body; a fault, once met, is met again.
    fn poll_step(
        &self,
        cx: &mut Context<'_>,
        wire: &dyn Wire,
        keep: bool,
    ) -> Poll<Result<usize, ProtocolError>> {
        let step = match self.fault.get() {
            Some(fault) => Err(fault),
            None => ready!(self.late.borrow_mut().poll_step(cx, wire, keep)),
        };
        self.fault.set(step.err());
        Poll::Ready(step)
    }

    /// The next part of the body; once handed out, it is gone from here. A part that is not in the request's
    /// memory is put into `buf`.
    ///
    /// The deadline runs only while the peer is waited for: it goes on where it was when the last part
    /// was handed out, so that dripping bytes does not prolong it.
    ///
    /// Cancel safe: nothing is lost when the caller stops polling.
    pub(crate) fn poll_piece<'a>(
        &'a self,
        cx: &mut Context<'_>,
        wire: &dyn Wire,
        inbound: &'a Inbound,
        buf: &mut Vec<u8>,
    ) -> Poll<Result<Piece<'a>, ProtocolError>> {
        while self.place.get() == Place::Late {
            if let Some(fault) = self.fault.get() {
                return Poll::Ready(Err(fault));
            }
            let n = self.late.borrow_mut().hand_out(buf);
            let done = self.late.borrow().is_done();
            if done {
                self.place.set(Place::Gone);
            }
            if n > 0 {
                return Poll::Ready(Ok(Piece::Filled(n)));
            }
            if !done {
                self.late.borrow_mut().watch(wire);
                ready!(self.poll_step(cx, wire, true))?;
                self.late.borrow_mut().paused = Some(wire.pause());
            }
        }
        Poll::Ready(Ok(self.hand_out_here(inbound)))
    }

    /// Stops the deadline of a part that is waited for, if one is.
    pub(crate) fn pause(&self, wire: &dyn Wire) {
        if wire.waiting() == Wait::Body {
            self.late.borrow_mut().paused = Some(wire.pause());
        }
    }

    /// The body, all at once, if it is here and has not been handed out.
    pub(crate) fn hand_out_here<'a>(&'a self, inbound: &'a Inbound) -> Piece<'a> {
        let here = self.bytes(inbound);
        if here.is_some() {
            self.place.set(Place::Gone);
        }
        here.filter(|bytes| !bytes.is_empty()).map_or(Piece::End, Piece::Here)
    }

    /// Lets go of the request: its bytes leave the inbound buffer, and what was read beyond it becomes the
    /// beginning of the next one.
    #[inline]
    pub(crate) fn end(&mut self, inbound: &mut Inbound, link: &Link) {
        inbound.consume(self.taken.take());
        match self.place.replace(Place::Empty) {
            Place::Empty | Place::Here(_) => {}
            Place::Late | Place::Stored | Place::Gone => self.end_late(inbound, link),
        }
    }

    #[cold]
    fn end_late(&mut self, inbound: &mut Inbound, link: &Link) {
        self.fault.set(None);
        let late = self.late.get_mut();
        let behind = std::mem::take(&mut late.behind);
        if inbound.is_empty() {
            inbound.refill(&behind);
        }
        late.restart();
        let store = self.stored.take().unwrap_or_else(|| std::mem::take(&mut late.store));
        link.keep_body_memory(store);
        link.note_large_body(false);
    }
}
