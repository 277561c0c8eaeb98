//! The body of a request, read by the handler itself.
//!
//! Other handlers are called when the body is there. One that takes a [`Body`] is called before, so
//! that it can refuse, or deal with a body that is larger than memory shall be. What it has not read
//! when it returns is thrown away by the connection, or ends it when that is too much.

use std::future::poll_fn;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use httpz_core::message::{Piece, read_json};
use serde::Deserialize;

use super::{FromRequest, Takes};
use crate::{Error, Request, Result};

/// The body of the request, on demand: whole, or part by part.
///
/// The handler is called before the body is read. A client that sends `Expect: 100-continue` is told
/// to go on at the first read; no more is taken from the network than is read here, so a handler that
/// is slow slows the client down.
///
/// ```
/// use httpz::prelude::*;
///
/// #[post("/count")]
/// async fn count(mut body: Body<'_>) -> Result<String> {
///     let mut bytes = 0;
///     while let Some(piece) = body.read_chunk().await? {
///         bytes += piece.len();
///     }
///     Ok(format!("{bytes} bytes"))
/// }
///
/// let app = App::new((), |r| r.mount(routes![count]));
/// # httpz::testing::Client::new(app).request(Method::Post, "/count").body("four").send().text("4 bytes");
/// ```
///
/// A function without attribute takes it as its last argument:
///
/// ```
/// use httpz::prelude::*;
///
/// async fn upload(_: &Request, res: &mut Response, body: Body<'_>) -> Result {
///     let body = body.limit(64 * 1024 * 1024); // instead of `request.max_body_size`
///     res.text(&format!("{} bytes", body.bytes().await?.len()));
///     Ok(())
/// }
///
/// let app = App::new((), |r| r.put("/upload", upload));
/// # httpz::testing::Client::new(app).request(Method::Put, "/upload").body("four").send().text("4 bytes");
/// ```
///
/// # Errors
///
/// Every way of reading fails with 413 when the body is larger than its limit, with 408 when the
/// client sends less than 16 KiB within `Timeouts::body` (only waiting for it counts), and with 400
/// when the body is malformed or ends too early. A handler passes these on with `?`.
///
/// # Cancel safety
///
/// Nothing is lost when a read is dropped before it is done; the next one goes on where it stopped. There is no next one
/// after [`Body::bytes`], [`Body::text`] and [`Body::json`], which take the body with them.
#[derive(Debug)]
pub struct Body<'b> {
    req: &'b Request,
    /// What is left of the last part, where it stands in the request.
    here: &'b [u8],
    /// The last part, where it had to be read.
    buf: Vec<u8>,
    /// Which of `buf` has not been read.
    rest: std::ops::Range<usize>,
}

impl<'b> Body<'b> {
    /// The body of this request.
    pub fn of(req: &'b Request) -> Self {
        Self { req, here: &[], buf: Vec::new(), rest: 0..0 }
    }

    /// Allows this many bytes, in place of `request.max_body_size` or the limit of the group. It only has an effect
    /// before the first read.
    #[must_use]
    pub fn limit(self, bytes: u64) -> Self {
        self.req.limit_body(bytes);
        self
    }

    /// How many bytes the client says the body has; `None` when it sends it in chunks.
    pub fn size(&self) -> Option<u64> {
        self.req.body_length()
    }

    /// The next part as it came; `None` at the end.
    ///
    /// A part has at least one byte, and hardly ever more than 64 KiB.
    ///
    /// # Errors
    ///
    /// See [`Body`].
    pub async fn read_chunk(&mut self) -> Result<Option<&[u8]>> {
        if !self.has_rest() {
            self.read_rest().await?;
        }
        Ok(match std::mem::take(&mut self.here) {
            [] if self.rest.is_empty() => None,
            [] => Some(&self.buf[std::mem::take(&mut self.rest)]),
            here => Some(here),
        })
    }

    /// Reads into `buf` as much as is there, and tells how much that was; 0 at the end. As
    /// [`std::io::Read::read`], but for the waiting.
    ///
    /// # Errors
    ///
    /// See [`Body`].
    pub async fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        if !self.has_rest() {
            self.read_rest().await?;
        }
        let rest = if self.here.is_empty() { &self.buf[self.rest.clone()] } else { self.here };
        let n = rest.len().min(buf.len());
        buf[..n].copy_from_slice(&rest[..n]);
        if self.here.is_empty() {
            self.rest.start += n;
        } else {
            self.here = &self.here[n..];
        }
        Ok(n)
    }

    /// The next part, as streams give it: `futures::stream::poll_fn(|cx| body.poll_chunk(cx))` is one.
    ///
    /// ```
    /// use std::future::poll_fn;
    ///
    /// use httpz::prelude::*;
    ///
    /// #[post("/last")]
    /// async fn last(mut body: Body<'_>) -> Result<String> {
    ///     let mut last = None;
    ///     while let Some(part) = poll_fn(|cx| body.poll_chunk(cx)).await {
    ///         last = part?.last().copied();
    ///     }
    ///     Ok(format!("{last:?}"))
    /// }
    ///
    /// let app = App::new((), |r| r.mount(routes![last]));
    /// # httpz::testing::Client::new(app).request(Method::Post, "/last").body("1").send().text("Some(49)");
    /// ```
    pub fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        if !self.has_rest()
            && let Err(error) = ready!(self.poll_rest(cx))
        {
            return Poll::Ready(Some(Err(error)));
        }
        let rest = std::mem::take(&mut self.rest);
        Poll::Ready(match std::mem::take(&mut self.here) {
            [] if rest.is_empty() => None,
            [] => Some(Ok(Bytes::from(std::mem::take(&mut self.buf)).slice(rest))),
            here => Some(Ok(Bytes::copy_from_slice(here))),
        })
    }

    /// Everything that has not been read yet. It stands in the request, as long as that lives.
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// #[post("/first")]
    /// async fn first(body: Body<'_>) -> Result<String> {
    ///     Ok(format!("{:?}", body.bytes().await?.first()))
    /// }
    /// # httpz::testing::Client::new(App::new((), |r| r.mount(routes![first])))
    /// #     .request(Method::Post, "/first").body("1").send().text("Some(49)");
    /// ```
    ///
    /// # Errors
    ///
    /// See [`Body`].
    pub async fn bytes(mut self) -> Result<&'b [u8]> {
        if !self.has_rest() {
            self.req.read_body().await?;
            return Ok(self.req.body().unwrap_or_default());
        }
        // `read` has left something of a part; what follows is appended to it.
        let mut all = Vec::new();
        while let Some(part) = self.read_chunk().await? {
            all.extend_from_slice(part);
        }
        Ok(self.req.arena().slice(&all))
    }

    /// Everything that has not been read yet, as text.
    ///
    /// # Errors
    ///
    /// As for [`Body::bytes`]; 400 when it is not UTF-8.
    pub async fn text(self) -> Result<&'b str> {
        let bytes = self.bytes().await?;
        std::str::from_utf8(bytes).map_err(|_| Error::status(400, "the body is not UTF-8"))
    }

    /// Everything that has not been read yet, as JSON. What it gives may borrow from the request.
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// #[post("/name")]
    /// async fn name(body: Body<'_>) -> Result<&'static str> {
    ///     let [first, ..]: [&str; 2] = body.json().await?;
    ///     Ok(if first == "ann" { "hello, Ann" } else { "who are you?" })
    /// }
    /// # httpz::testing::Client::new(App::new((), |r| r.mount(routes![name])))
    /// #     .post("/name", ["ann", "bo"]).text("hello, Ann");
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`Body::bytes`]; 400 when it is not such JSON.
    pub async fn json<T: Deserialize<'b>>(self) -> Result<T> {
        read_json(self.bytes().await?)
    }

    fn has_rest(&self) -> bool {
        !self.here.is_empty() || !self.rest.is_empty()
    }

    async fn read_rest(&mut self) -> Result {
        /// Given up, the reading has no deadline until it goes on.
        struct Pauses<'b>(&'b Request);
        impl Drop for Pauses<'_> {
            fn drop(&mut self) {
                self.0.pause_body();
            }
        }
        let _pauses = Pauses(self.req);
        poll_fn(|cx| self.poll_rest(cx)).await
    }

    fn poll_rest(&mut self, cx: &mut Context<'_>) -> Poll<Result> {
        match ready!(self.req.poll_piece(cx, &mut self.buf))? {
            Piece::End => {}
            Piece::Here(bytes) => self.here = bytes,
            Piece::Filled(n) => self.rest = 0..n,
        }
        Poll::Ready(Ok(()))
    }
}

impl<'b> FromRequest<'b> for Body<'b> {
    const TAKES: Takes = Takes::OnDemand;

    fn from_request(req: &'b Request) -> Result<Self> {
        Ok(Self::of(req))
    }
}
