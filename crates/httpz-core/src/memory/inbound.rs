//! What has been received and not yet dealt with.
//!
//! One buffer of fixed size and two cursors. Heads are parsed in place and refer to it by offset, so bytes
//! only move while no head is parsed: [`Inbound::make_room`] is the one place that shifts them.

/// Received bytes, from the first that is not yet dealt with to the last that came.
#[derive(Debug)]
pub struct Inbound {
    buf: Vec<u8>,
    start: usize,
    end: usize,
}

impl Inbound {
    /// An empty buffer of this size. The memory is zeroed once, here; the system hands out zeroed
    /// pages lazily, so what is never used is never resident.
    pub fn new(size: usize) -> Self {
        Self { buf: vec![0; size], start: 0, end: 0 }
    }

    /// The whole buffer, for spans to index into.
    #[inline]
    pub fn buffer(&self) -> &[u8] {
        &self.buf
    }

    /// The bytes not yet dealt with.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        &self.buf[self.start..self.end]
    }

    /// Where they begin in [`Inbound::buffer`].
    #[inline]
    pub fn start(&self) -> usize {
        self.start
    }

    /// How many they are.
    #[inline]
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Are there none?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Where the next read goes; empty when the buffer is full to its end.
    #[inline]
    pub fn spare(&mut self) -> &mut [u8] {
        &mut self.buf[self.end..]
    }

    /// Notes that a read has put `n` bytes into [`Inbound::spare`].
    #[inline]
    pub fn filled(&mut self, n: usize) {
        self.end = (self.end + n).min(self.buf.len());
    }

    /// Notes that `n` bytes have been dealt with.
    #[inline]
    pub fn consume(&mut self, n: usize) {
        self.start = (self.start + n).min(self.end);
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
        }
    }

    /// Shifts the bytes to the front. Spans into the buffer are void afterwards.
    pub fn make_room(&mut self) {
        if self.start > 0 {
            self.buf.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
    }

    /// Takes over bytes that were read elsewhere. The buffer must be empty, and they must fit.
    pub fn refill(&mut self, bytes: &[u8]) {
        debug_assert!(self.is_empty() && bytes.len() <= self.buf.len(), "bytes would be lost");
        let n = bytes.len().min(self.buf.len());
        self.buf[..n].copy_from_slice(&bytes[..n]);
        self.start = 0;
        self.end = n;
    }

    /// Forgets everything received.
    #[inline]
    pub fn clear(&mut self) {
        self.start = 0;
        self.end = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receive(inbound: &mut Inbound, bytes: &[u8]) {
        inbound.spare()[..bytes.len()].copy_from_slice(bytes);
        inbound.filled(bytes.len());
    }

    #[test]
    fn keeps_the_bytes_of_the_next_request() {
        let mut inbound = Inbound::new(8);
        receive(&mut inbound, b"abcdefgh");
        assert!(inbound.spare().is_empty());
        inbound.consume(5);
        assert_eq!((inbound.bytes(), inbound.start()), (&b"fgh"[..], 5));
        inbound.make_room();
        assert_eq!((inbound.bytes(), inbound.start()), (&b"fgh"[..], 0));
        assert_eq!(inbound.spare().len(), 5);
    }

    #[test]
    fn starts_over_when_everything_is_dealt_with() {
        let mut inbound = Inbound::new(8);
        receive(&mut inbound, b"abc");
        inbound.consume(3);
        assert!(inbound.is_empty());
        assert_eq!(inbound.spare().len(), 8);
    }
}
