//! What a handler asks of the body, wherever it is by then.
//!
//! `message/body.rs` knows where that is and how a late one is read. Here it meets the wire, and the peer
//! that waits for `100 Continue`.

use std::future::poll_fn;
use std::task::{Context, Poll, ready};

use serde::Deserialize;

use super::Request;
use crate::error::{Error, Result};
use crate::message::body::Piece;
use crate::message::json::read_json;
use crate::proto::{Framing, ProtocolError, encode};
use crate::wire::{EndsWait, Wait};

impl Request {
    /// The body; `None` when there is none or it has not been read yet.
    #[inline]
    pub fn body(&self) -> Option<&[u8]> {
        self.incoming.bytes(&self.inbound)
    }

    /// The body read as JSON, whatever its content type says. May borrow from the request.
    ///
    /// # Errors
    ///
    /// 400 when there is no body or it is not such JSON; the text says where. 500 when a string with
    /// escapes is to be borrowed as a `&str`, which it cannot; take a `String` or a borrowed
    /// [`Cow`](std::borrow::Cow).
    #[inline]
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T> {
        read_json(self.body().unwrap_or_default())
    }

    /// The body read as any JSON; `None` when there is none.
    ///
    /// # Errors
    ///
    /// 400 when it is not JSON.
    pub fn json_value(&self) -> Result<Option<serde_json::Value>> {
        self.body().map(|_| self.json()).transpose()
    }

    /// The body read as a JSON object; `None` when there is no body or it is another kind of JSON.
    ///
    /// # Errors
    ///
    /// 400 when it is not JSON.
    pub fn json_object(&self) -> Result<Option<serde_json::Map<String, serde_json::Value>>> {
        Ok(match self.json_value()? {
            Some(serde_json::Value::Object(object)) => Some(object),
            _ => None,
        })
    }

    /// Has the body been read, so that [`Request::body`] tells all?
    #[doc(hidden)]
    #[inline]
    pub fn body_ready(&self) -> bool {
        self.incoming.is_off_the_wire()
    }

    /// Reads the body within its limit, if it is still on the wire.
    ///
    /// # Errors
    ///
    /// 413 over the limit, 408 when it comes too slowly, 400 when it is malformed or cut short.
    ///
    /// # Cancel safety
    ///
    /// What has been read is kept; calling again goes on from there.
    #[doc(hidden)]
    pub async fn read_body(&self) -> Result {
        if self.body_ready() {
            return Ok(());
        }
        let Some(wire) = self.link.wire() else { return Ok(()) };
        poll_fn(|cx| self.poll_continue(cx)).await?;
        wire.wait(Wait::Body);
        let _waits = EndsWait(&*wire, Wait::Body);
        Ok(poll_fn(|cx| self.incoming.poll_read(cx, &*wire)).await?)
    }

    /// Stops the deadline of a part that nobody waits for any more; the next reading goes on with it.
    #[doc(hidden)]
    pub fn pause_body(&self) {
        if let Some(wire) = self.link.wire() {
            self.incoming.pause(&*wire);
        }
    }

    /// Tells a peer that holds its body back to send it, unless the body would be refused.
    fn poll_continue(&self, cx: &mut Context<'_>) -> Poll<Result<(), ProtocolError>> {
        if self.incoming.fault().is_none() && self.link.release() {
            self.link.outbound().buf().extend_from_slice(encode::CONTINUE);
        }
        self.link.poll_flush(cx).map_err(|_| ProtocolError::CutShort)
    }

    /// The next part of the body, for callers that read it part by part; see `Incoming::poll_piece`.
    #[doc(hidden)]
    pub fn poll_piece<'a>(
        &'a self,
        cx: &mut Context<'_>,
        buf: &mut Vec<u8>,
    ) -> Poll<Result<Piece<'a>>> {
        // A request without a wire, as tests make it, has its body in memory.
        let Some(wire) = self.link.wire() else {
            return Poll::Ready(Ok(self.incoming.hand_out_here(&self.inbound)));
        };
        if !self.body_ready() {
            ready!(self.poll_continue(cx))?;
        }
        self.incoming.poll_piece(cx, &*wire, &self.inbound, buf).map_err(Error::from)
    }

    /// How long the body is, as far as the head says it; `None` for one in chunks.
    #[doc(hidden)]
    pub fn body_length(&self) -> Option<u64> {
        match self.head.framing {
            Framing::Empty => Some(0),
            Framing::Counted(n) => Some(n),
            Framing::Chunked => None,
        }
    }

    /// Holds the body to another limit than `Limits::body`; reading a body over it fails. Does nothing once the
    /// reading has begun.
    #[doc(hidden)]
    pub fn limit_body(&self, bytes: u64) {
        self.incoming.limit(&self.head, &self.inbound, bytes, &self.link);
    }

    /// The limit that a body was found to be over.
    #[doc(hidden)]
    pub fn exceeded_limit(&self) -> u64 {
        self.incoming.late_limit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_is_absent_is_none_and_no_json() {
        let req = Request::get("/");
        assert_eq!(req.body(), None);
        assert_eq!(req.json_value().unwrap(), None);
        assert_eq!(req.json::<u8>().unwrap_err().code(), 400);
    }
}
