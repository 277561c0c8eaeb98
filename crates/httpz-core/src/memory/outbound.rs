//! What is to be sent: answers gathered until they leave together.
//!
//! Bytes are appended at the end and leave at the front. A body too large to be worth copying is not appended;
//! it is kept beside the buffer as its [`tail`](Outbound::set_tail) and leaves after it by vectored write.

use std::io::IoSlice;

use bytes::{Buf, Bytes};

/// The outgoing bytes of a connection.
#[derive(Debug, Default)]
pub struct Outbound {
    buf: Vec<u8>,
    sent: usize,
    tail: Bytes,
}

impl Outbound {
    /// The buffer, to append to; only while there is no tail.
    #[inline]
    pub fn buf(&mut self) -> &mut Vec<u8> {
        &mut self.buf
    }

    /// Sends `body` after everything that was appended, without copying it.
    pub fn set_tail(&mut self, body: Bytes) {
        self.tail = body;
    }

    /// Is there a tail, so that nothing may be appended before a flush?
    #[inline]
    pub fn has_tail(&self) -> bool {
        !self.tail.is_empty()
    }

    /// Bytes that are still to leave.
    #[inline]
    pub fn len(&self) -> usize {
        self.buf.len() - self.sent + self.tail.len()
    }

    /// Has everything left?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The appended bytes that are still to leave.
    #[inline]
    pub fn front(&self) -> &[u8] {
        &self.buf[self.sent..]
    }

    /// Everything that is still to leave, in order.
    #[inline]
    pub fn slices(&self) -> [IoSlice<'_>; 2] {
        [IoSlice::new(&self.buf[self.sent..]), IoSlice::new(&self.tail)]
    }

    /// Notes that `n` bytes have left.
    #[inline]
    pub fn advance(&mut self, n: usize) {
        let left = self.front().len();
        if n < left {
            self.sent += n;
            return;
        }
        self.buf.clear();
        self.sent = 0;
        if n > left {
            self.advance_tail(n - left);
        }
    }

    #[cold]
    fn advance_tail(&mut self, n: usize) {
        self.tail.advance(n.min(self.tail.len()));
    }

    /// Forgets everything, and gives memory beyond `kept` bytes back.
    #[inline]
    pub fn clear(&mut self, kept: usize) {
        self.buf.clear();
        self.sent = 0;
        if self.buf.capacity() > kept || self.has_tail() {
            self.shrink(kept);
        }
    }

    #[cold]
    fn shrink(&mut self, kept: usize) {
        self.buf.shrink_to(kept);
        self.tail = Bytes::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_in_order_whatever_the_writes_take() {
        for step in 1..=9 {
            let mut outbound = Outbound::default();
            outbound.buf().extend_from_slice(b"head");
            outbound.set_tail(Bytes::from_static(b"body"));
            let mut sent = Vec::new();
            while !outbound.is_empty() {
                let all = outbound.slices().map(|slice| slice.to_vec()).concat();
                let n = step.min(all.len());
                sent.extend_from_slice(&all[..n]);
                outbound.advance(n);
            }
            assert_eq!(sent, b"headbody", "{step} bytes at a time");
        }
    }
}
