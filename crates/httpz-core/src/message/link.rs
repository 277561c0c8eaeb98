//! What a request and its response share: the wire, what is to leave over it, and the arena.
//!
//! A response sends chunks, a request reads its late body, and the connection sends gathered answers while a
//! handler waits. All of them go through the one [`Link`] of their exchange, which is tied to a wire while the
//! exchange is leased. It stays on one thread, so plain cells are enough.

use std::cell::{Cell, RefCell, RefMut};
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::rc::Rc;
use std::task::{Context, Poll};

use super::coding::UnderWay;
use super::fault::ResponseFault;
use crate::memory::{Arena, Outbound, Sizes};
use crate::wire::{Wait, Wire};

/// The wire of an exchange and its outgoing bytes.
#[derive(Default)]
pub(crate) struct Link {
    wire: Cell<Option<Rc<dyn Wire>>>,
    outbound: RefCell<Outbound>,
    /// Has the peer taken nothing since the write deadline was started?
    stalled: Cell<bool>,
    /// Is the peer holding its body back until it gets `100 Continue`?
    withheld: Cell<bool>,
    /// Memory of bodies that come after their heads, between two of them.
    body_memory: Cell<Vec<u8>>,
    /// Has the request a body for which memory of its own is held, and not a little?
    large_body: Cell<bool>,
    /// Is the handler to run to its end even if the peer leaves?
    insists: Cell<bool>,
    /// Has an answer lasted, so that its exchange was not counted among the requests?
    lasted: Cell<bool>,
    /// The arena of the request, which the response lends as well; made at the first use.
    arena: Cell<Option<Rc<Arena>>>,
    /// What the pieces of a body go through that is under way and coded.
    under_way: RefCell<Option<Box<UnderWay>>>,
}

impl Link {
    /// Ties the exchange to a connection.
    #[inline]
    pub(crate) fn attach(&self, wire: Rc<dyn Wire>) {
        debug_assert!(!self.is_coded(), "whoever gave the exchange back had an answer under way");
        self.wire.set(Some(wire));
    }

    /// Unties it, and forgets what was to be sent.
    #[inline]
    pub(crate) fn detach(&self) {
        self.wire.take();
        self.stalled.set(false);
        self.withheld.set(false);
        self.insists.set(false);
        self.lasted.set(false);
        self.outbound.borrow_mut().clear(Sizes::KEPT_OUTBOUND);
    }

    /// Gives memory of the outgoing buffer beyond `kept` bytes back, once everything has been sent.
    pub(crate) fn trim(&self, kept: usize) {
        let mut outbound = self.outbound.borrow_mut();
        if outbound.is_empty() {
            outbound.clear(kept);
        }
    }

    /// Memory for a body that comes after its head.
    pub(crate) fn take_body_memory(&self) -> Vec<u8> {
        self.body_memory.take()
    }

    /// Keeps it for the next one. It is not given up with each body, because making it anew costs more than
    /// reading into it.
    pub(crate) fn keep_body_memory(&self, memory: Vec<u8>) {
        self.body_memory.set(memory);
    }

    /// Gives it back if it is larger than `kept` bytes.
    pub(crate) fn trim_body_memory(&self, kept: usize) {
        let memory = self.body_memory.take();
        if memory.capacity() <= kept {
            self.body_memory.set(memory);
        }
    }

    /// Notes whether the request has a body for which memory of its own is held, and not a little.
    pub(crate) fn note_large_body(&self, large: bool) {
        self.large_body.set(large);
    }

    /// Has it?
    pub(crate) fn has_large_body(&self) -> bool {
        self.large_body.get()
    }

    /// The wire; `None` in tests of a lone request or response.
    pub(crate) fn wire(&self) -> Option<Rc<dyn Wire>> {
        let wire = self.wire.take();
        self.wire.set(wire.clone());
        wire
    }

    /// Notes whether the peer holds its body back until it gets `100 Continue`.
    pub(crate) fn withhold(&self, withheld: bool) {
        self.withheld.set(withheld);
    }

    /// Is the peer holding its body back?
    pub(crate) fn is_withheld(&self) -> bool {
        self.withheld.get()
    }

    /// Ends that wait, because `100 Continue` or a final answer is sent now; `true` if the peer was waiting.
    pub(crate) fn release(&self) -> bool {
        self.withheld.take()
    }

    /// Notes that the exchange is not counted among the requests for as long as this answer lasts.
    pub(crate) fn note_lasting(&self) {
        self.lasted.set(true);
    }

    /// Has an answer lasted since the exchange was leased?
    #[inline]
    pub(crate) fn has_lasted(&self) -> bool {
        self.lasted.get()
    }

    /// Lets the handler run to its end even if the peer leaves.
    pub(crate) fn insist(&self) {
        self.insists.set(true);
    }

    /// Lets what comes next end as usual.
    pub(crate) fn relent(&self) {
        self.insists.set(false);
    }

    /// Is the handler to run to its end?
    pub(crate) fn insists(&self) -> bool {
        self.insists.get()
    }

    /// A counted handle of the exchange's arena.
    pub(crate) fn arena(&self) -> Rc<Arena> {
        let arena = self.arena.take().unwrap_or_default();
        self.arena.set(Some(arena.clone()));
        arena
    }

    /// Drops the link's handle of the arena.
    pub(crate) fn forget_arena(&self) {
        self.arena.take();
    }

    /// Lends this arena from now on.
    pub(crate) fn lend_arena(&self, arena: Rc<Arena>) {
        self.arena.set(Some(arena));
    }

    /// Lets the pieces of the body go through this.
    pub(super) fn code(&self, under_way: UnderWay) {
        *self.under_way.borrow_mut() = Some(Box::new(under_way));
    }

    /// Is a body under way that is coded?
    #[inline]
    pub(super) fn is_coded(&self) -> bool {
        self.under_way.borrow().is_some()
    }

    /// Takes what it goes through, because it ends, or was given up.
    pub(super) fn take_under_way(&self) -> Option<Box<UnderWay>> {
        self.under_way.take()
    }

    /// Codes a piece of the body and appends what comes of it.
    #[cold]
    pub(super) fn push_coded(&self, piece: &[u8]) -> Result<(), ResponseFault> {
        match self.under_way.borrow_mut().as_deref_mut() {
            Some(under_way) => under_way.push(self.outbound().buf(), piece),
            None => Ok(()),
        }
    }

    /// Was so much coded that other connections are to have a turn? Asked once for each.
    #[cold]
    pub(super) fn owes_a_turn(&self) -> bool {
        self.under_way.borrow_mut().as_deref_mut().is_some_and(UnderWay::owes_a_turn)
    }

    /// Appends what a coder holds back, because whoever sends the pieces waits for something.
    #[inline]
    pub(crate) fn settle(&self) {
        if self.is_coded() {
            self.settle_under_way();
        }
    }

    #[cold]
    fn settle_under_way(&self) {
        if let Some(under_way) = self.under_way.borrow_mut().as_deref_mut() {
            under_way.settle(self.outbound().buf());
        }
    }

    /// The outgoing bytes, to append to; not to be held across a flush.
    #[inline]
    pub(crate) fn outbound(&self) -> RefMut<'_, Outbound> {
        self.outbound.borrow_mut()
    }

    /// Takes what is to be sent, if there is no wire to send it over.
    pub(crate) fn take_outbound(&self) -> Vec<u8> {
        let mut outbound = self.outbound.borrow_mut();
        let bytes = outbound.slices().iter().flat_map(|slice| slice.iter().copied()).collect();
        outbound.clear(Sizes::KEPT_OUTBOUND);
        bytes
    }

    /// Writes what is to be sent; pending while the peer does not take it.
    pub(crate) fn poll_flush(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.wire() {
            Some(wire) => self.poll_flush_to(&*wire, cx),
            None => Poll::Ready(Ok(())),
        }
    }

    /// [`Link::poll_flush`], for a caller that has the wire at hand.
    #[inline]
    pub(crate) fn poll_flush_to<W: Wire + ?Sized>(
        &self,
        wire: &W,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        if self.outbound.borrow().is_empty() {
            return Poll::Ready(Ok(()));
        }
        self.poll_send(wire, cx)
    }

    // Not inlined, so that the check in its caller is.
    #[inline(never)]
    fn poll_send<W: Wire + ?Sized>(&self, wire: &W, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut outbound = self.outbound.borrow_mut();
        loop {
            let written = if outbound.has_tail() {
                wire.poll_write(cx, &outbound.slices())
            } else {
                wire.poll_write(cx, &[IoSlice::new(outbound.front())])
            };
            let error = match written {
                Poll::Ready(Ok(0)) => io::ErrorKind::WriteZero.into(),
                Poll::Ready(Ok(n)) => {
                    self.stalled.set(false);
                    outbound.advance(n);
                    if outbound.is_empty() {
                        if wire.waiting() == Wait::Write {
                            wire.wait(Wait::Nothing);
                        }
                        return Poll::Ready(Ok(()));
                    }
                    continue;
                }
                Poll::Ready(Err(error)) => error,
                Poll::Pending => {
                    // A read in between announces a wait of its own, which replaces ours.
                    if !self.stalled.replace(true) || wire.waiting() != Wait::Write {
                        wire.wait(Wait::Write);
                    }
                    return Poll::Pending;
                }
            };
            // The next write is to fail at once, rather than wait as long as this one.
            wire.shutdown();
            // What the system still holds for a peer that takes nothing is dropped with the connection.
            wire.must_break_off(true);
            return Poll::Ready(Err(error));
        }
    }

    /// Writes everything that is to be sent.
    pub(crate) async fn flush(&self) -> io::Result<()> {
        let result = poll_fn(|cx| self.poll_flush(cx)).await;
        if let Some(wire) = self.wire() {
            wire.wait(Wait::Nothing);
        }
        result
    }
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").field("outbound", &self.outbound).finish_non_exhaustive()
    }
}
