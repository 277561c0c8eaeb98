//! Answers that continue after the handler has returned: bodies in pieces, and streams of events.

use httpz_core::Feed;

use crate::{Respond, Response, Result};

/// A body that is sent piece by piece after the handler has returned.
///
/// As a return value it goes wherever other values go: after a status, in a `Result`, out of a handler that
/// is not async. It may borrow nothing from the request or the context, since it outlives the
/// call; what it needs is moved in. The type is that of bytes unless another is set.
///
/// ```
/// use httpz::prelude::*;
///
/// #[get("/numbers/:to")]
/// fn numbers(to: u32) -> (ContentType, Chunks) {
///     (ContentType::Csv, Chunks::each((0..to).map(|n| format!("{n}\n"))))
/// }
///
/// #[get("/slow")]
/// fn slow() -> Result<Chunks> {
///     Ok(Chunks::new(async |res| {
///         res.chunk("one ").await?;
///         res.chunk("two").await
///     }))
/// }
/// # let client = httpz::testing::Client::new(App::new((), |r| r.mount(routes![numbers, slow])));
/// # client.get("/numbers/3").header("content-type", "text/csv; charset=utf-8").text("0\n1\n2\n");
/// # client.get("/slow").text("one two");
/// ```
#[must_use = "chunks are sent when a handler returns them"]
pub struct Chunks(Box<dyn FnOnce(&mut Response)>);

impl Chunks {
    /// A body that this sends.
    pub fn new(send: impl AsyncFnOnce(&mut Response) -> Result + 'static) -> Self {
        Self(Box::new(|res| {
            res.stream(send);
        }))
    }

    /// A body whose pieces come from an iterator. They are asked for until 112 KiB have gathered, and on when the peer
    /// has taken these.
    pub fn each<I>(pieces: I) -> Self
    where
        I: IntoIterator<Item: AsRef<[u8]>> + 'static,
    {
        Self::new(async |res| {
            for piece in pieces {
                res.chunk(piece).await?;
            }
            Ok(())
        })
    }

    /// The same body with its length, in bytes, where that is known: clients see how much is still to come
    /// ([`Response::content_length`]).
    ///
    /// ```
    /// use httpz::prelude::*;
    ///
    /// #[get("/zeros/:kib")]
    /// fn zeros(kib: usize) -> Chunks {
    ///     Chunks::each(std::iter::repeat_n([0; 1024], kib)).content_length(kib as u64 * 1024)
    /// }
    /// # let client = httpz::testing::Client::new(App::new((), |r| r.mount(routes![zeros])));
    /// # client.get("/zeros/3").header("content-length", "3072");
    /// ```
    pub fn content_length(self, bytes: u64) -> Self {
        Self(Box::new(move |res| {
            res.content_length(bytes);
            (self.0)(res);
        }))
    }
}

impl Respond for Chunks {
    fn respond(self, res: &mut Response) -> Result {
        crate::respond::default_type(res, crate::ContentType::Binary);
        (self.0)(res);
        Ok(())
    }
}

impl std::fmt::Debug for Chunks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chunks").finish_non_exhaustive()
    }
}

/// A stream of events that comes from any [`Feed`] when the handler has returned.
///
/// A [`Subscription`](crate::sse::Subscription) is one by itself. What is [`res.events()`] in a handler
/// that waits is this in one that does not.
///
/// [`res.events()`]: crate::Response::events
///
/// ```
/// use std::sync::Arc;
/// use std::task::{Context, Poll};
///
/// use httpz::prelude::*;
/// use httpz::sse::{Event, EventStream, Feed};
///
/// struct Countdown(u8);
///
/// impl Feed for Countdown {
///     fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<Option<Arc<Event>>> {
///         let next = self.0.checked_sub(1);
///         self.0 = next.unwrap_or_default();
///         Poll::Ready(next.map(|n| Arc::new(Event::new(n.to_string()))))
///     }
/// }
///
/// #[get("/count/:from")]
/// fn count(from: u8) -> EventStream<Countdown> {
///     EventStream(Countdown(from))
/// }
/// # let client = httpz::testing::Client::new(App::new((), |r| r.mount(routes![count])));
/// # client.get("/count/2").header("content-type", "text/event-stream").text("data: 1\n\ndata: 0\n\n");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct EventStream<F>(pub F);

impl<F: Feed + 'static> Respond for EventStream<F> {
    fn respond(self, res: &mut Response) -> Result {
        res.forward(self.0);
        Ok(())
    }
}
